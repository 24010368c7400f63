const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * Jest 30 on Node 20 cannot require() an ES module, and Nest 12 ships nothing else, so swc turns every ESM-only
 * dependency into CommonJS. Which those are is read from node_modules: an upgrade needs no edit here. The exporter of traces is
 * CommonJS, but imports node:http by import(), which jest's own module loader does not know either.
 */
function esmOnlyPackages(root) {
  const names = readdirSync(root).flatMap((entry) =>
    entry.startsWith('@') ? readdirSync(join(root, entry)).map((name) => `${entry}/${name}`) : [entry],
  );
  return names.filter((name) => {
    const manifest = join(root, name, 'package.json');
    if (!existsSync(manifest)) return false;
    const { type, main, exports } = JSON.parse(readFileSync(manifest, 'utf8'));
    const isModule = type === 'module' || String(main).endsWith('.mjs');
    return isModule && !JSON.stringify(exports ?? {}).includes('"require"');
  });
}

const modules = join(__dirname, 'node_modules');
const transpiled = existsSync(modules)
  ? [...esmOnlyPackages(modules), '@nestjs/swagger', '@opentelemetry/otlp-exporter-base']
  : [];
const swc = (parser) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser,
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '\\.ts$': swc({ syntax: 'typescript', decorators: true }),
    '\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(${transpiled.map((name) => name.replace(/[.]/g, '\\.')).join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

/** Against a real API server, so only where `npm run test:cluster` has found one. */
const cluster = {
  ...shared,
  displayName: 'cluster',
  testMatch: ['<rootDir>/test/cluster/**/*.spec.ts'],
  globalSetup: '<rootDir>/test/cluster/setup.ts',
  globalTeardown: '<rootDir>/test/cluster/teardown.ts',
};

module.exports = {
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.medium\\.spec\\.ts$'],
    },
    { ...shared, displayName: 'contract', testMatch: ['<rootDir>/test/contract/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'medium',
      testMatch: ['<rootDir>/test/medium/**/*.spec.ts', '<rootDir>/src/**/*.medium.spec.ts'],
    },
    {
      ...shared,
      // What both stores must show alike, once more on PostgreSQL.
      displayName: 'postgres',
      testMatch: [
        '<rootDir>/src/platform/audit/audit.medium.spec.ts',
        '<rootDir>/src/platform/operations/{confirm-token,operations.medium,system-calls.medium}.spec.ts',
        '<rootDir>/src/platform/secrets/embedded-secret-store.spec.ts',
        '<rootDir>/src/platform/workflows/tasks.medium.spec.ts',
        '<rootDir>/src/incidents/*.medium.spec.ts',
        '<rootDir>/src/repositories/*.medium.spec.ts',
      ],
      globalSetup: '<rootDir>/test/support/postgres-project.ts',
      globalTeardown: '<rootDir>/test/support/postgres-project.stop.ts',
      setupFiles: ['<rootDir>/test/support/postgres-project.store.js'],
    },
    { ...shared, displayName: 'charts', testMatch: ['<rootDir>/test/charts/**/*.spec.ts'] },
    ...(process.env.TEST_KUBECONFIG === undefined ? [] : [cluster]),
  ],
};
