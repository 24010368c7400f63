import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { at, tool } from './paths.mjs';
import { capture, seconds } from './process.mjs';

const cache = (name) => `node_modules/.cache/mctl-${name}`;

/** Property tests try fewer random cases here than `npm test` does. */
const env = { YAML_RUNS: '30', ...process.env };

/** What `npm run check` consists of, the longest first. `unit` is left to `npm test` by the checklist. */
export const PARTS = {
  lint: [
    tool.eslint,
    '.',
    '--max-warnings',
    '0',
    '--cache',
    '--cache-strategy',
    'content',
    '--cache-location',
    cache('eslint'),
  ],
  unit: [tool.jest, '--selectProjects', 'unit', '--maxWorkers=2', '--silent'],
  types: [tool.tsc, '--noEmit', '--incremental', '--tsBuildInfoFile', cache('tsc')],
  format: [tool.prettier, '--check', '--log-level', 'warn', '--cache', '--cache-location', cache('prettier'), '.'],
  dependencies: [tool.depcruise, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
};

/**
 * Lint rules look at types across files, but the cache only at the file itself: a change elsewhere may make a cached file wrong
 * unnoticed. That is well enough while working; the checklist looks at everything afresh.
 */
export function forgetCaches() {
  for (const name of ['eslint', 'tsc', 'prettier']) rmSync(at(cache(name)), { force: true });
}

/** Runs the named parts, a few at once, and resolves to those that failed. */
export async function runParts(names) {
  const queue = [...names];
  const failed = [];
  const worker = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      const started = performance.now();
      const { code, output } = await capture(process.execPath, PARTS[name], { env });
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds(started)}`);
      if (code !== 0) failed.push({ name, output });
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  for (const { name, output } of failed) console.log(`\n--- ${name}\n${output.trimEnd()}`);
  return failed.map(({ name }) => name);
}
