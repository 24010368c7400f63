// Loaded before the program (`node --require`): writes what it had loaded of node_modules to the file LOADED_FILE when it ends.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const packages = Object.keys(require.cache).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  writeFileSync(process.env.LOADED_FILE, JSON.stringify([...new Set(packages)].sort()));
});
