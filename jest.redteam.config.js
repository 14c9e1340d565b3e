import base from './jest.config.js';

/** The attacks, those that need bubblewrap among them. Those that need no more than Node and git run in `npm test` too. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/redteam/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
};
