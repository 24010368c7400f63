import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.spec.ts', '**/*.fixture.ts', '**/testing/**', 'test/**'];
const GIT = 'src/platform/gitops/git/**';

const inShell =
  'A shell reads its text as a program. Start the program itself with spawn or execFile and a list of arguments.';
const noShell = ['node:child_process', 'child_process'].map((name) => ({
  name,
  importNames: ['exec', 'execSync', 'default'],
  message: inShell,
}));
const noProcesses = ['node:child_process', 'child_process'].map((name) => ({
  name,
  message: 'Only src/platform/gitops/git starts processes.',
}));
const noEnvironment = {
  name: 'node:process',
  importNames: ['env', 'default'],
  message: 'Settings are read once, in src/platform/config; inject Config.',
};

const methodsWithout = (kind) => `MethodDefinition[kind!="${kind}"] > FunctionExpression`;
const shapes = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'A named export can be searched for and means the same everywhere.',
  },
  { selector: 'Property[key.name="shell"][value.value=true]', message: inShell },
  {
    selector: 'CallExpression[callee.name=/^(spawn|execFile)(Sync)?$/] Property[key.name="shell"]',
    message: inShell,
  },
  // In place of max-params, which cannot tell a constructor that Nest fills from a function that people call.
  {
    selector: `:matches(FunctionDeclaration, TSDeclareFunction, ArrowFunctionExpression, ${methodsWithout('constructor')})[params.length>5]`,
    message: 'More than five parameters: gather what belongs together in one object.',
  },
  {
    selector:
      'ClassDeclaration[decorators.length=0] MethodDefinition[kind="constructor"] > FunctionExpression[params.length>5]',
    message: 'More than five parameters: gather what belongs together in one object.',
  },
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>9]',
    message: 'More than nine dependencies: a concept is missing.',
  },
];

const noProcessEnv = { object: 'process', property: 'env', message: noEnvironment.message };

export default defineConfig(
  globalIgnores(['dist/', '.dist-*/', 'data/', 'coverage/', 'charts/', 'seed/', '**/__goldens__/']),
  {
    files: ['**/*.{js,cjs,mjs,ts}'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      // An exhaustive switch over a closed list is one decision, however long the list.
      complexity: ['error', { max: 10, variant: 'modified' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-cond-assign': ['error', 'always'],
      'no-constant-binary-expression': 'error',
      'no-constant-condition': 'error',
      'no-dupe-else-if': 'error',
      'no-empty': 'error',
      'no-eval': 'error',
      'no-fallthrough': 'error',
      'no-param-reassign': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-unreachable-loop': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-assignment': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 },
      ],
      // Leaves files with decorators alone: there a class must stay a value import, or Nest would not see it.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // An input without arguments is an empty class.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      // DTO classes describe shapes: answers are literals of them, and copies may lose a prototype that holds nothing.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // There are no enums here, and looking for them takes seconds.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-imports': ['error', { paths: [...noProcesses, noEnvironment] }],
      'no-restricted-properties': ['error', noProcessEnv],
      'no-restricted-syntax': ['error', ...shapes],
    },
  },
  { files: ['src/**'], rules: { 'no-console': 'error' } },
  { files: [GIT], rules: { 'no-restricted-imports': ['error', { paths: [...noShell, noEnvironment] }] } },
  {
    files: ['src/platform/config/**', 'src/platform/gitops/git/git-environment.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: TESTS,
    rules: {
      complexity: ['error', { max: 15, variant: 'modified' }],
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      'no-restricted-imports': ['error', { paths: noShell }],
      'no-restricted-properties': 'off',
      'no-template-curly-in-string': 'off',
      'no-unmodified-loop-condition': 'off',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Matchers such as expect.any() are `any` by their nature, and so is parsed JSON that a test takes apart.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    rules: { 'no-restricted-imports': ['error', { paths: noShell }] },
  },
);
