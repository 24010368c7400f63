import { ensureReady } from './ready.mjs';
import { tool } from './paths.mjs';
import { foreground } from './process.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const CHOOSES_WORKERS = /^(-i|-w|--runInBand|--maxWorkers)/;

export async function ensureTestNeeds() {
  await ensureReady();
  await ensureSystemPackages();
}

/** All jest projects, or what the arguments choose; medium tests start the program that is built here. */
export async function runTests(args) {
  await ensureTestNeeds();
  const workers = args.some((arg) => CHOOSES_WORKERS.test(arg)) ? [] : ['--maxWorkers=2'];
  return foreground(process.execPath, [tool.jest, ...workers, ...args]);
}
