import type { Sharing } from './ecosystem.ts';
import { baseName, inTestFolder } from './paths.ts';
import { isPythonManifest } from './python-manifest.ts';

/** Modules that a package's version is often read from as it is installed. */
const version = /^(__init__|__version__|_?version|__about__|_?meta)\.py$/;

/** An installation that points to the tree knows its modules by name; one that compiles them is made anew. */
export const pythonSharing: Sharing = {
  lists: (path) =>
    isPythonManifest(path) ||
    /^(MANIFEST\.in|poetry\.lock|Pipfile(\.lock)?|tox\.ini|pytest\.ini)$/.test(baseName(path)) ||
    (version.test(baseName(path)) && !inTestFolder(path)),
  names: (path) => path.endsWith('.py') && !inTestFolder(path) && !/(^|\/)test_[^/]*$/.test(path),
  refuses: (path, text) =>
    isPythonManifest(path) &&
    /ext_modules|Extension\(|cython|maturin|scikit.build|mesonpy|cffi_modules/i.test(text),
  keeps: /\.egg-info\/$/,
};
