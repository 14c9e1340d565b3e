import { stripTypeScriptTypes } from 'node:module';

/** A jest transformer that only erases types, as Node itself does at run time. */
export default {
  process: (source, path) => ({
    code: stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: path }),
  }),
};
