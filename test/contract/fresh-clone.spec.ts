import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../support/helm';

const SCRIPTS = join(ROOT, 'scripts');
const STATIC_IMPORT = /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)';/gm;
const commands = readdirSync(SCRIPTS).filter((name) => name.endsWith('.mjs'));

/** Every module that a script makes Node read before its first line runs, with who names it. */
function readAtOnce(file: string, found = new Map<string, string>()): Map<string, string> {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(STATIC_IMPORT)) {
    const path = name.startsWith('.') ? join(dirname(file), name) : name;
    if (found.has(path)) continue;
    found.set(path, file);
    if (path.endsWith('.mjs')) readAtOnce(path, found);
  }
  return found;
}

describe('a fresh clone', () => {
  // The packages are installed by these very scripts.
  it.each(commands)('scripts/%s needs no package to be read', (command) => {
    const read = [...readAtOnce(join(SCRIPTS, command))];
    expect(read.length).toBeGreaterThan(0);
    const packages = read.filter(([path]) => !path.startsWith('/') && !path.startsWith('node:'));
    expect(packages).toEqual([]);
  });
});
