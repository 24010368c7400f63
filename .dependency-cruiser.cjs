const TEST_CODE = String.raw`\.(spec|fixture)\.ts$|/testing/`;
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;

/** A package that only the named places know, so that replacing it touches nothing else. */
function only(name, comment, names, allowed) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^src/', pathNot: allowed },
    to: { path: packages(...names) },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'platform-knows-no-feature',
      comment:
        'Features stand on the platform, never the other way round; else no feature can be added or removed alone.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/(?!platform/)' },
    },
    {
      name: 'features-meet-at-index',
      comment: 'What a feature offers to others is its index.ts; everything else may change without looking elsewhere.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/platform/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/platform/', '^src/$1/', String.raw`^src/[^/]+/index\.ts$`] },
    },
    {
      name: 'no-cycles',
      comment:
        'Modules in a circle cannot be understood or loaded one by one. Imports of types alone are left out: they are gone ' +
        'when the program runs, and two modules may well describe themselves in terms of each other.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only(
      'mcp-sdk',
      'The protocol has one translator: platform/mcp.',
      ['@modelcontextprotocol'],
      ['^src/platform/mcp/'],
    ),
    only(
      'mcp-nest',
      'Features use its decorator and nothing else of it; the error filter speaks to both doors.',
      ['@rekog/mcp-nest'],
      [
        '^src/platform/mcp/',
        String.raw`^src/platform/http/error\.filter\.ts$`,
        String.raw`\.(tools|resources|prompts)\.ts$`,
      ],
    ),
    only(
      'sql',
      'The store hides which database there is; others ask it, also for the type of a transaction.',
      ['kysely', 'libsql', '@libsql'],
      ['^src/platform/store/'],
    ),
    only(
      'postgres',
      'Statements for the server on which databases are made are put together, quoted and understood in one place.',
      ['pg', 'pg-connection-string'],
      ['^src/platform/postgres/'],
    ),
    only(
      'jose',
      'Tokens are signed and checked in few places, and reviewed there.',
      ['jose'],
      ['^src/platform/(auth|oauth)/', String.raw`^src/platform/operations/confirm-token(\.spec)?\.ts$`],
    ),
    only(
      'opentelemetry',
      'Loaded only where traces are collected: an import elsewhere would be paid by everybody.',
      ['@opentelemetry'],
      ['^src/platform/tracing/(open-telemetry|start-tracing|tracing\\.spec)\\.ts$'],
    ),
    only(
      'oauth',
      'The authorisation server is one library behind one folder, the way people sign in elsewhere another.',
      ['oidc-provider', 'openid-client'],
      ['^src/platform/(oauth|sign-in)/'],
    ),
    only(
      'octokit',
      'GitHub is asked in one place, within its bounds.',
      ['@octokit/(?!webhooks-examples)[^/]+'],
      ['^src/platform/github/'],
    ),
    only(
      'kubernetes',
      'The cluster is asked in one place, within its bounds; what is no answer becomes a fault there.',
      ['@kubernetes'],
      ['^src/platform/kubernetes/'],
    ),
    only(
      'yaml',
      'Edits that keep every untouched byte are made in one place.',
      ['yaml'],
      ['^src/platform/gitops/yaml/'],
    ),
    only(
      'express',
      'A service knows no request and no response.',
      ['express', '@types/express'],
      ['^src/platform/(http|auth|oauth|sign-in|mcp|health|metrics)/'],
    ),
    {
      name: 'express-types-only',
      comment: 'Nest starts Express; we name its types, and set up its parsers in two places.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/http/(bodies|webhook-body)\\.ts$' },
      to: { path: packages('express', '@types/express'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'plans-are-pure',
      comment:
        'A plan or a policy gets what it judges as arguments: the same input gives the same answer, now and in a replay.',
      severity: 'error',
      from: { path: String.raw`\.(plan|policy|operation)\.ts$` },
      to: { path: [packages('@nestjs'), String.raw`\.service\.ts$`, '^src/platform/store/'] },
    },
    {
      name: 'tests-stay-out',
      comment: 'What tests use is not built and not shipped.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST_CODE },
      to: { path: TEST_CODE },
    },
    {
      name: 'no-dev-packages',
      comment: 'The container image is installed without devDependencies. Types are gone by then.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packages('@types/[^/]+') },
    },
    {
      name: 'declared-packages',
      comment: 'What is used is in package.json with its version, not there by the grace of another package.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      comment:
        'A file that nobody imports is a leftover, or its caller is missing. Programs and tests are where reading starts.',
      severity: 'error',
      from: { orphan: true, pathNot: [String.raw`^src/(main|cli|generate)\.ts$`, TEST_CODE] },
      to: {},
    },
    {
      name: 'reachable',
      comment: 'An orphan that imports something is one as well: every file is reached from a program or a test.',
      severity: 'error',
      from: { path: String.raw`^src/((main|cli|generate)\.ts$|.*(${TEST_CODE}))` },
      to: { path: '^src/', pathNot: [String.raw`^src/(main|cli|generate)\.ts$`, TEST_CODE], reachable: false },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
