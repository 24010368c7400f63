import { availableParallelism } from 'node:os';
import { tool } from './paths.mjs';
import { capture, seconds } from './process.mjs';

/** What `npm run check` consists of, the longest first. `unit` is left to `npm test` by the checklist. */
export const PARTS = {
  lint: [tool.eslint, '.', '--max-warnings', '0'],
  unit: [tool.jest, '--selectProjects', 'unit', '--maxWorkers=1', '--silent'],
  types: [tool.tsc, '--noEmit', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/mctl.tsbuildinfo'],
  format: [tool.prettier, '--check', '--log-level', 'warn', '.'],
  dependencies: [tool.depcruise, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
};

/** Runs the named parts, a few at once, and resolves to those that failed. */
export async function runParts(names) {
  const queue = [...names];
  const failed = [];
  const worker = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      const started = performance.now();
      const { code, output } = await capture(process.execPath, PARTS[name]);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds(started)}`);
      if (code !== 0) failed.push({ name, output });
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  for (const { name, output } of failed) console.log(`\n--- ${name}\n${output.trimEnd()}`);
  return failed.map(({ name }) => name);
}
