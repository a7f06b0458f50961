/** Which lib may import which: the table of docs/architecture.md. */
const mayImport = {
  common: [],
  remoting: ['common'],
  store: ['common'],
  namesrv: ['common', 'remoting'],
  broker: ['common', 'remoting', 'store'],
  proxy: ['common', 'remoting', 'client'],
  client: ['common', 'remoting'],
  // What the server programs share: logging, metrics, arguments.
  hosting: ['common'],
  // Composes the two servers, so it passes on what their constructors take.
  standalone: ['common', 'namesrv', 'broker'],
  'rocket-nest': ['common', 'client', 'standalone'],
  // What the services of the sample share.
  seckill: ['rocket-nest'],
};

const withNest = ['rocket-nest', 'seckill'];
const engine = Object.keys(mayImport).filter((lib) => !withNest.includes(lib));
/** The files by which a lib is entered: its exports. */
const doors = 'index|internal|testing|health|metrics|microservices|tracing';
const notSpec = '\\.spec\\.ts$';

const boundaries = Object.entries(mayImport).map(([lib, allowed]) => ({
  name: `${lib}-boundary`,
  comment: `${lib} may import ${allowed.join(', ') || 'no sibling'}.`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: notSpec },
  to: {
    path: '^(libs|apps|test|bench|tools)/',
    pathNot: `^libs/(${[lib, ...allowed].join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    ...boundaries,
    {
      name: 'no-cycles',
      comment: 'Edges that name only types are gone after compilation and make no cycle.',
      severity: 'error',
      from: {},
      to: {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only', 'type-import', 'pre-compilation-only'] },
      },
    },
    {
      name: 'no-deep-imports',
      comment: 'A sibling is entered by its index or internal door, named by its package.',
      severity: 'error',
      from: { path: '^(libs|apps)/([^/]+)/' },
      to: {
        path: '^libs/[^/]+/(src|dist)/',
        pathNot: ['^$1/$2/', `^libs/[^/]+/dist/(${doors})\\.(js|d\\.ts)$`],
      },
    },
    {
      name: 'tests-use-doors',
      comment: 'Tests outside a lib see what its users see.',
      severity: 'error',
      from: { path: '^(test|bench)/' },
      to: { path: `^libs/[^/]+/(src/|dist/(?!(${doors})\\.))` },
    },
    {
      name: 'no-app-imports',
      severity: 'error',
      comment: 'Only the sample in one process is made of the apps of others.',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/seckill/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'engine-without-nest',
      comment: 'The engine is plain classes; apps and rocket-nest bring Nest.',
      severity: 'error',
      from: { path: `^libs/(${engine.join('|')})/` },
      to: { path: ['(^|node_modules/)@nestjs/', 'node_modules/(reflect-metadata|rxjs)/'] },
    },
    {
      name: 'standalone-is-lazy',
      comment: 'rocket-nest loads the embedded broker by a lazy require, when it is asked for.',
      severity: 'error',
      from: { path: '^libs/rocket-nest/', pathNot: notSpec },
      to: {
        path: '^libs/standalone/',
        dependencyTypesNot: ['require', 'type-only', 'type-import'],
      },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'Product code needs what its own package.json names.',
      severity: 'error',
      from: { path: '^libs/[^/]+/src/', pathNot: notSpec },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/.*\\.tsbuildinfo$', '/target/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json', '.d.ts'],
    },
  },
};
