import { EventEmitter, once } from 'node:events';

/** How a signal reaches other replicas. Losing one is no harm: whoever waits looks again after a while. */
export type Broadcast = (signal: string) => void;

const WORK = 'work';

/** Tells that an operation has changed, or that there is work: at once in this process, and soon in others that share the store. */
export class Signals {
  private readonly events = new EventEmitter().setMaxListeners(0);

  /** @param isShared whether others can change what somebody waits for here. */
  constructor(
    readonly isShared: boolean = false,
    private readonly broadcast: Broadcast = () => undefined,
  ) {}

  /** An operation has changed. */
  changed(id: string): void {
    this.events.emit(id);
    this.broadcast(id);
  }

  /** Resolves at the next change of an operation, or when the signal is aborted. Never rejects. */
  async nextChange(id: string, signal: AbortSignal): Promise<void> {
    await once(this.events, id, { signal }).catch(() => undefined);
  }

  /** Something was put into the queue here: other replicas look, too. */
  work(): void {
    this.broadcast(WORK);
  }

  /** Called when another replica has put something into the queue. */
  onWork(listener: () => void): () => void {
    this.events.on(WORK, listener);
    return () => void this.events.off(WORK, listener);
  }

  /** What another replica has told. */
  receive(signal: string): void {
    this.events.emit(signal);
  }
}
