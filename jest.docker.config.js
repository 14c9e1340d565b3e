import base from './jest.config.js';

/** Tests of the sandbox `docker`: they need a Docker engine and its image, which `test/docker/setup` brings. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/docker/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/docker/setup/global-setup.ts',
  testTimeout: 600_000,
  maxWorkers: 1,
};
