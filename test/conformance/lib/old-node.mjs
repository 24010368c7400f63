import { register } from 'node:module';

/**
 * The suite imports `fs.globSync`, which Node has since 22, for a command that is not used here. Without the name the whole file
 * does not load, so that Node 20 gets one that says what is missing, should it be called after all.
 */
const hooks = `
const FS = 'mctl:fs';
const source = "export * from 'node:fs'; export const globSync = () => { throw new Error('fs.globSync needs Node 22'); };";
export async function resolve(specifier, context, next) {
  const isSuite = /[\\\\/]conformance[\\\\/]dist[\\\\/]/.test(context.parentURL ?? '');
  return isSuite && /^(node:)?fs$/.test(specifier) ? { url: FS, shortCircuit: true } : next(specifier, context);
}
export async function load(url, context, next) {
  return url === FS ? { format: 'module', shortCircuit: true, source } : next(url, context);
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
