import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { allFiles } from './git.mjs';
import { at } from './paths.mjs';
import { capture } from './process.mjs';

/**
 * Runs the generator and names every file that it changed, made or removed. In a clean clone this is what `git diff` would say;
 * comparing contents also works on a tree with work in progress.
 */
export async function staleFiles() {
  const before = contents();
  const { code, output } = await capture(process.execPath, ['scripts/generate.mjs']);
  if (code !== 0) return [`npm run generate failed\n${output}`];
  const after = contents();
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changed = paths.filter((path) => before.get(path) !== after.get(path));
  return changed.map((path) => `${path} is not what npm run generate writes; it is now: look at it and commit it`);
}

function contents() {
  const present = allFiles().filter((path) => existsSync(at(path)));
  return new Map(
    present.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(at(path)))
        .digest('hex'),
    ]),
  );
}
