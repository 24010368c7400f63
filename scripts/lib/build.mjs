import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { at, root, tool } from './paths.mjs';
import { mustRun, say, seconds } from './process.mjs';

const DIST = at('dist');
const NOTE = at('dist/.built');
const TESTS_ONLY = ['**/*.spec.ts', '**/testing/**', '**/*.fixture.ts'];
const isTestsOnly = (path) => /\.(spec|fixture)\.ts$|[\\/]testing[\\/]/.test(path);

/** Builds when something that goes into dist changed since the last build. */
export async function ensureBuild() {
  const wanted = sourceState();
  if (existsSync(NOTE) && readFileSync(NOTE, 'utf8') === wanted) return;
  const started = performance.now();
  await build(wanted);
  say(`built in ${seconds(started)}`);
}

/** Compiles into a fresh folder and swaps it in: nothing of a deleted file stays, and nobody sees half a build. */
export async function build(state = sourceState()) {
  const fresh = at(`node_modules/.cache/mctl-build-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const flags = ['--out-dir', fresh, '--strip-leading-paths', '--quiet', '--ignore', TESTS_ONLY.join(',')];
  await mustRun('the build', process.execPath, [tool.swc, 'src', ...flags]);
  writeFileSync(join(fresh, '.built'), state);
  swapIn(fresh);
}

function swapIn(fresh) {
  const old = `${fresh}.old`;
  // Another build may put its own dist there between our two renames; then that one is moved away as well.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    rmSync(old, { recursive: true, force: true });
    if (existsSync(DIST)) renameSync(DIST, old);
    try {
      renameSync(fresh, DIST);
      break;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    }
  }
  rmSync(old, { recursive: true, force: true });
}

function sourceState() {
  const sources = readdirSync(at('src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isTestsOnly(path));
  const lines = [at('.swcrc'), ...sources.sort()].map((path) => {
    const { mtimeMs, size } = statSync(path);
    return `${relative(root, path)} ${mtimeMs} ${size}\n`;
  });
  return createHash('sha256').update(lines.join('')).digest('hex');
}
