/** One Jest run over every lib, app and test folder; libs resolve each other by package name, from dist. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  // What lies in packed-app is copied into applications outside the repository, and run there.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/test/e2e/packed-app/'],
  modulePathIgnorePatterns: ['/dist/.*/package.json'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.spec.json', diagnostics: false }],
  },
  maxWorkers: 2,
  testTimeout: 30_000,
};
