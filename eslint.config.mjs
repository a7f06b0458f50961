import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Libs that run inside users' processes and test runners: time and timers only through the Clock. */
const engine = '{common,remoting,store,namesrv,broker,proxy,client,standalone}';
const specs = ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts', 'libs/*/src/**/testing/**/*.ts'];

const useClock = 'Take time and timers from the Clock (libs/common/src/runtime/clock.ts).';
const restrictedGlobals = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
].map((name) => ({ name, message: useClock }));

const restrictedProperties = [
  { object: 'process', property: 'nextTick', message: 'Use the EventLoopTurn.' },
  { object: 'process', property: 'exit', message: 'A library never ends the process.' },
  { object: 'process', property: 'hrtime', message: useClock },
  { object: 'Math', property: 'random', message: 'Take randomness from Random.' },
];

const restrictedImports = {
  paths: [
    ...['node:timers', 'timers', 'node:timers/promises', 'timers/promises'].map((name) => ({
      name,
      message: useClock,
    })),
    ...['node:child_process', 'child_process'].map((name) => ({
      name,
      message: 'The servers start no child processes.',
    })),
  ],
};

const restrictedSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'TSEnumDeclaration', message: 'Use a const object and a union type.' },
  {
    selector: "BinaryExpression[operator='instanceof'][right.name=/(Error|Exception)$/]",
    message: 'Judge errors by their code: classes differ between copies of a package and realms.',
  },
];

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/node_modules/**', 'data/**', 'coverage/**', '**/target/**'],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    languageOptions: {
      parserOptions: { project: 'tools/tsconfig.lint.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      // Hot code indexes typed arrays and buffers whose bounds were asserted just before.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `Record<string, never>` and marker interfaces of decorators.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'always' }],
      'no-restricted-syntax': ['error', ...restrictedSyntax],
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: [`libs/${engine}/src/**/*.ts`],
    ignores: [
      ...specs,
      'libs/common/src/runtime/*.ts', // where Clock, Random and the loop's turn are made
    ],
    rules: {
      'no-restricted-globals': ['error', ...restrictedGlobals],
      'no-restricted-properties': ['error', ...restrictedProperties],
      'no-restricted-imports': ['error', restrictedImports],
    },
  },
  {
    // Programs talk to their user.
    files: ['apps/**/*.ts', 'bench/**/*.ts', 'libs/common/src/runtime/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: specs,
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      'max-lines': ['error', { max: 900, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'Buffer', 'URL', 'setTimeout', 'clearTimeout', 'setInterval']
          .concat(['clearInterval', 'setImmediate', 'performance', 'AbortController', 'fetch'])
          .concat(['AbortSignal'])
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', __dirname: 'readonly' },
    },
  },
  {
    // What browsers load.
    files: ['apps/*/pages/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        ['document', 'localStorage', 'EventSource', 'prompt'].map((name) => [name, 'readonly']),
      ),
    },
  },
);
