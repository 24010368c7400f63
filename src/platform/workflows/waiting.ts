import type { OperationStore } from '../operations/operation-store';
import type { OperationRow, Store } from '../store';

/** How often calls look by themselves at a store that others write, too: signals mostly come before. */
const LOOK_MS = 1_000;

/** Calls that wait for operations, whoever carries them out. */
export class Waiting {
  private readonly stopped = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly operations: OperationStore,
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
        if (!isOpen(row) || isAwaiting(row)) return;
        await next;
      }
    } finally {
      left.abort();
    }
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
