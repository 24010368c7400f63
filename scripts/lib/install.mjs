import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { at } from './paths.mjs';
import { mustRun, say, seconds } from './process.mjs';

const LOCK = at('package-lock.json');
const NOTE = at('node_modules/.mctl-lock');

/** Installs what package-lock.json names, unless it is there already. The note makes looking cheap. */
export async function ensureInstall() {
  const wanted = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (existsSync(NOTE) && readFileSync(NOTE, 'utf8') === wanted) return;
  if (!isInstalled()) await install();
  writeFileSync(NOTE, wanted);
}

async function install() {
  const started = performance.now();
  say('installing dependencies with npm ci; this takes a while the first time');
  // Without --include=dev, NODE_ENV=production would leave out the compiler.
  await runNpm('npm ci', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  say(`installed in ${seconds(started)}`);
}

/** Somebody may have run `npm ci` or `npm install` by hand: npm keeps a copy of the lock file of what it installed. */
function isInstalled() {
  const copy = at('node_modules/.package-lock.json');
  if (!existsSync(copy)) return false;
  const installed = JSON.parse(readFileSync(copy, 'utf8')).packages;
  const locked = Object.entries(JSON.parse(readFileSync(LOCK, 'utf8')).packages).filter(([path]) => path !== '');
  return locked.every(([path, { version, integrity, optional }]) => {
    const found = installed[path];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

/** npm tells its scripts where it is, which also works where `npm` itself is not on the PATH. */
function runNpm(what, args) {
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /npm-cli\.[cm]?js$/.test(script);
  return isNpm ? mustRun(what, process.execPath, [script, ...args]) : mustRun(what, 'npm', args);
}
