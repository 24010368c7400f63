import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Scripts that npm runs by itself when somebody installs. */
const LIFECYCLE = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
  'dependencies',
];

it('S86 runs no script of any package at installation, its own included', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => LIFECYCLE.includes(name))).toEqual([]);
});

it('S86 nothing here switches those scripts on again', () => {
  const files = readdirSync(join(ROOT, 'scripts'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.mjs'),
  );
  expect(files.length).toBeGreaterThan(10);
  const offenders = files.filter((name) =>
    /ignore-scripts=false|no-ignore-scripts|npm['", ]+rebuild|npm_config_ignore_scripts/.test(
      read(join('scripts', name)),
    ),
  );
  expect(offenders).toEqual([]);
});

it('S86 installs exactly what the lock file names, each with its digest', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { integrity?: string; inBundle?: boolean }>;
  };
  // What comes inside of another package is under that one's digest.
  const others = Object.entries(packages).filter(([path, { inBundle }]) => path !== '' && !inBundle);
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
});
