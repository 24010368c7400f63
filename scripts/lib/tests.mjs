import { ensureReady } from './ready.mjs';
import { tool } from './paths.mjs';
import { foreground } from './process.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const CHOOSES_WORKERS = /^(-i|-w|--runInBand|--maxWorkers)/;

/** All jest projects, or what the arguments choose; medium tests start the program that is built here. */
export function runTests(args) {
  ensureReady();
  ensureSystemPackages();
  const workers = args.some((arg) => CHOOSES_WORKERS.test(arg)) ? [] : ['--maxWorkers=2'];
  return foreground(process.execPath, [tool.jest, ...workers, ...args]);
}
