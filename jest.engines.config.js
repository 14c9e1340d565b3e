import base from './jest.config.js';

/** Tests that run real coding agents, which `test/engines/setup` gets from npm, against a scripted model. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/engines/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/engines/setup/global-setup.ts',
  testTimeout: 600_000,
  maxWorkers: 1,
};
