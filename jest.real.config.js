import base from './jest.config.js';

/** Tests that need more than Node and git: other languages' toolchains, bubblewrap, package registries. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/real/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
};
