import { Inject, Injectable } from '@nestjs/common';
import { Gitops } from '../gitops';
import { log } from '../logging';
import { OperationStore } from '../operations/operation-store';
import { type OperationRow, Store } from '../store';

/** How often calls look by themselves at a store that others write, too: signals mostly come before. */
const LOOK_MS = 1_000;

/** Calls that wait for operations, whoever carries them out. */
@Injectable()
export class Waiting {
  private readonly stopped = new AbortController();

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Gitops) private readonly gitops: Gitops,
  ) {}

  /** Nobody waits any longer. */
  stop(): void {
    this.stopped.abort();
  }

  /** See `Workflows.wait`. */
  async wait(id: string, milliseconds: number, changed: () => Promise<void>, gone?: AbortSignal): Promise<void> {
    const left = new AbortController();
    const ends = [AbortSignal.timeout(milliseconds), this.stopped.signal, left.signal];
    const signal = AbortSignal.any(gone ? [...ends, gone] : ends);
    try {
      while (!signal.aborted) {
        const next = this.nextChange(id, signal);
        const row = await this.operations.get(id);
        await changed();
        if (!isOpen(row) || isAwaiting(row)) {
          await this.catchUp(row);
          return;
        }
        await next;
      }
    } finally {
      left.abort();
    }
  }

  /** Whoever hears of a commit finds it in the next read, also where another process has made it. */
  private async catchUp({ id, commit }: OperationRow): Promise<void> {
    if (commit === null || !this.store.shared) return;
    await this.gitops.catchUp(commit).catch((error: unknown) => {
      log.warn({ err: error, operation_id: id }, 'a commit of another process cannot be read yet');
    });
  }

  /** On a shared store a signal may be lost with its connection: whoever waits looks by itself, too. */
  private async nextChange(id: string, signal: AbortSignal): Promise<void> {
    const patience = this.store.shared ? AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) : signal;
    await this.store.signals.nextChange(id, patience);
  }
}

export function isOpen({ status }: Pick<OperationRow, 'status'>): boolean {
  return status === 'submitted' || status === 'running';
}

/** Its task was tried once and has to wait, after the first commit: the answer that the caller needs is there. */
function isAwaiting({ stage, task_state: state }: OperationRow): boolean {
  return stage === 'await' && state !== null;
}
