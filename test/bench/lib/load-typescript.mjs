import { transformFileSync } from '@swc/core';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loads one TypeScript file of the tests that imports nothing of ours: the bench has the same servers as the tests, not copies. */
export function loadTypeScript(path) {
  const options = {
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  };
  const { code } = transformFileSync(path, options);
  const loaded = { exports: {} };
  new Function('require', 'module', 'exports', code)(require, loaded, loaded.exports);
  return loaded.exports;
}
