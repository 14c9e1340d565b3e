/** Tests are TypeScript run as it stands: Node's own type stripping, no build step. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/real/',
    '<rootDir>/test/docker/',
    '<rootDir>/test/e2e/',
    '<rootDir>/test/redteam/sandbox/',
    '<rootDir>/test/engines/',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  modulePathIgnorePatterns: ['/samples/'],
  globalSetup: '<rootDir>/test/setup/temporary-folder.ts',
  globalTeardown: '<rootDir>/test/setup/remove-temporary-folder.ts',
  testTimeout: 180_000,
  maxWorkers: 2,
};
