const { transformFileSync } = require('@swc/core');
const Module = require('node:module');
const { join, resolve, sep } = require('node:path');

const root = resolve(__dirname, '../..');
const source = join(root, 'src') + sep;
const built = process.env.MCTL_TEST_DIST ?? join(root, 'dist');

/** Files of this folder import `src`, as their types are there; what runs is the built product, the same that users start. */
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const isRelative = request.startsWith('.') && parent?.filename;
  const target = isRelative ? resolve(parent.filename, '..', request) : request;
  const found = target.startsWith(source) ? join(built, target.slice(source.length)) : request;
  return resolveFilename.call(this, found, parent, ...rest);
};

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, { configFile: join(root, '.swcrc'), sourceMaps: 'inline' });
  module._compile(code, filename);
};
