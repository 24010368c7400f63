import { type Check, type CheckResult, failed, type Finding, skipped } from './check';
import { findingOf } from './explain-fault';
import type { Patient } from './patient';

/** Nobody waits longer for all checks together. */
const ALL_MS = 28_000;
/** A timer may end a moment before the clock says so; what is left then is no time for another check. */
const LEAST_MS = 5;

export interface RunOptions {
  /** Settings that are wrong, by name: checks that use one are skipped. */
  readonly wrongSettings: ReadonlySet<string>;
  /** Told what is about to be looked at. */
  readonly onCheck?: (name: string) => void;
  readonly allMs?: number;
}

/** Runs the checks one after the other, each within its time; the answers come in the same order. */
export async function runChecks(
  checks: readonly Check[],
  patient: Patient,
  { wrongSettings, onCheck, allMs = ALL_MS }: RunOptions,
): Promise<CheckResult[]> {
  const end = Date.now() + allMs;
  const results: CheckResult[] = [];
  const findings = new Map<string, Finding>();
  for (const check of checks) {
    onCheck?.(check.name);
    const left = end - Date.now();
    const finding = obstacle(check, wrongSettings, findings, left) ?? (await within(check, patient, left));
    findings.set(check.name, finding);
    results.push({ name: check.name, ...finding });
  }
  return results;
}

function obstacle(
  { settings = [], after = [] }: Check,
  wrong: ReadonlySet<string>,
  findings: ReadonlyMap<string, Finding>,
  leftMs: number,
): Finding | undefined {
  const setting = settings.find((name) => wrong.has(name));
  if (setting !== undefined) return skipped(`${setting} is wrong`);
  for (const name of after) {
    const before = findings.get(name);
    if (before?.status === 'failed') return skipped(`needs: ${name}`);
    // Why that one was skipped is the reason for this one, too.
    if (before?.status === 'skipped') return skipped(before.found);
  }
  return leftMs < LEAST_MS ? skipped('no time left; the checks before it took too long') : undefined;
}

async function within(check: Check, patient: Patient, leftMs: number): Promise<Finding> {
  const limitMs = Math.min(check.limitMs, leftMs);
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      abort.abort();
      resolve(tooSlow(limitMs));
    }, limitMs);
  });
  try {
    return await Promise.race([begin(check, patient, abort.signal), late]);
  } catch (error) {
    return findingOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Asynchronous, so that what a check throws at once is caught like the rest. */
async function begin(check: Check, patient: Patient, signal: AbortSignal): Promise<Finding> {
  return check.run(patient, signal);
}

function tooSlow(limitMs: number): Finding {
  return failed(
    `no answer within ${Math.ceil(limitMs / 1000)} s`,
    'Look at what it depends on: a disk, a mount or a network that hangs.',
  );
}
