import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundle } from './bundle.mjs';
import { at, root, tool } from './paths.mjs';
import { mustRun, say, seconds } from './process.mjs';

const DIST = at('dist');
const NOTE = at('dist/.built');
const TESTS_ONLY = ['**/*.spec.ts', '**/testing/**', '**/*.fixture.ts'];
const isTestsOnly = (path) => /\.(spec|fixture)\.ts$|[\\/]testing[\\/]/.test(path);

/** Builds when something that goes into dist changed since the last build. Without the bundle it is done sooner, and starts later. */
export async function ensureBuild({ isBundled = true } = {}) {
  const note = noteOf(isBundled);
  if (existsSync(NOTE) && readFileSync(NOTE, 'utf8') === note) return;
  const started = performance.now();
  await build({ isBundled });
  say(`built in ${seconds(started)}`);
}

/** Compiles into a fresh folder and swaps it in: nothing of a deleted file stays, and nobody sees half a build. */
export async function build({ isBundled = true } = {}) {
  const note = noteOf(isBundled);
  // As deep as dist: the program finds its package from where it lies.
  const fresh = at(`.dist-${process.pid}`);
  removeLeftOvers();
  mkdirSync(fresh, { recursive: true });
  const flags = ['--out-dir', fresh, '--strip-leading-paths', '--quiet', '--ignore', TESTS_ONLY.join(',')];
  await mustRun('the build', process.execPath, [tool.swc, 'src', ...flags]);
  if (isBundled) await bundle(fresh);
  writeFileSync(join(fresh, '.built'), note);
  swapIn(fresh);
}

/** What builds left that were broken off. */
function removeLeftOvers() {
  for (const name of readdirSync(root)) {
    const [, pid] = /^\.dist-(\d+)(?:\.old)?$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(at(name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
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

function noteOf(isBundled) {
  return `${sourceState()} ${isBundled ? 'bundled' : 'in modules'}`;
}

function sourceState() {
  const sources = readdirSync(at('src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isTestsOnly(path));
  const lines = [at('.swcrc'), at('package-lock.json'), at('scripts/lib/bundle.mjs'), ...sources.sort()].map((path) => {
    const { mtimeMs, size } = statSync(path);
    return `${relative(root, path)} ${mtimeMs} ${size}\n`;
  });
  return createHash('sha256').update(lines.join('')).digest('hex');
}
