import { spawnSync } from 'node:child_process';
import { fail } from './process.mjs';

/** The first versions in which CommonJS may require an ES module without a flag; Nest 12 is nothing but ES modules. */
const FIRST_MINOR = { 20: 19, 22: 12 };

export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const first = FIRST_MINOR[major] ?? (major > 22 ? 0 : Infinity);
  if (minor < first) fail(`MCTL needs Node 20.19, 22.12 or anything newer; this is ${version} (${process.execPath})`);
}

export function requireGit() {
  const { status } = spawnSync('git', ['--version'], { stdio: 'ignore' });
  if (status !== 0) fail('MCTL needs git, and there is none on the PATH; install it and try again');
}
