import { createApp } from '../app';
import { Config, loadConfig } from '../platform/config';
import { Conflict, NotFound, toErrorBody } from '../platform/errors';
import { log } from '../platform/logging';
import { COME_AGAIN, ENDED_BADLY, type StepEnd, StepRunner } from '../platform/workflows/argo';
import { UsageError } from './exit';
import { describeFault } from './faults';
import { applyLogSettings } from './log-settings';

export interface StepOptions {
  /** Of an accepted operation. */
  readonly id?: string;
  readonly step?: string;
}

const CODES: Record<StepEnd, number> = { done: 0, failed: ENDED_BADLY, again: COME_AGAIN };
/** EX_SOFTWARE of sysexits.h: Argo tries again, in case that it was this machine. */
const STUMBLED = 70;

/**
 * One step of an accepted operation, in a pod of Argo Workflows. The program is opened and never begun: no port, no leadership, no rounds, no
 * queue, no watch on the cluster, so this process cannot act as a server.
 */
export async function runStep({ id, step }: StepOptions): Promise<void> {
  if (id === undefined) throw new UsageError("error: missing required argument 'name'");
  if (step === undefined) throw new UsageError('--id needs --step (OPERATION_STEP): commit, or the name of a task.');
  const leaving = leavingOnSignal();
  const say = (message: string): void => print({ operation: id, step, message });
  try {
    const config = podConfig();
    applyLogSettings(config);
    say('opens the store');
    const app = await createApp(config);
    try {
      const end = await app.get(StepRunner).run({ id, step, leaving, say });
      say(end === 'again' ? 'is to be tried again' : end);
      process.exitCode = CODES[end];
    } finally {
      await app.close();
    }
  } catch (error) {
    process.exitCode = codeOf(error);
    print({ operation: id, step, message: 'stumbled', code: toErrorBody(error, '').code });
    const known = describeFault(error);
    if (known === undefined) log.error({ err: error, operation_id: id, step }, 'a step stumbled');
    else process.stderr.write(`${known}\n`);
  }
}

/** Pods have no credential for Argo CD, and need none: the servers announce what pods have committed. */
function podConfig(): Config {
  const { values } = loadConfig();
  if (values.workflows !== 'argo') {
    throw new UsageError('--id and --step are for pods of Argo Workflows: MCTL_WORKFLOWS is not argo here.');
  }
  return new Config({ ...values, cluster: 'none' });
}

/** A step or an operation that is not there will not come by trying again; a store or a remote that is away may. */
function codeOf(error: unknown): number {
  if (error instanceof NotFound || error instanceof Conflict || error instanceof UsageError) return ENDED_BADLY;
  return toErrorBody(error, '').retryable ? COME_AGAIN : STUMBLED;
}

/** What is in hand comes to its end, or is let go. */
function leavingOnSignal(): AbortSignal {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  process.once('SIGTERM', leave).once('SIGINT', leave);
  return leaving.signal;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}
