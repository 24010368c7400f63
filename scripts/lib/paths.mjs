import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const at = (...parts) => join(root, ...parts);

/** The script of an installed tool; started with this very Node, so that no PATH or shell matters. */
export const tool = {
  commitlint: at('node_modules/@commitlint/cli/cli.js'),
  depcruise: at('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
  eslint: at('node_modules/eslint/bin/eslint.js'),
  jest: at('node_modules/jest/bin/jest.js'),
  prettier: at('node_modules/prettier/bin/prettier.cjs'),
  swc: at('node_modules/@swc/cli/bin/swc.js'),
  tsc: at('node_modules/typescript/bin/tsc'),
};
