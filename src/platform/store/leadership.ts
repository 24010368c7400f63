import { EventEmitter } from 'node:events';

/**
 * Whether this process is the one that does what must be done once: committing, sweeping, polling, re-checking. The embedded store is
 * opened by one process at a time (see `Store`), so whoever has it leads. A store that several processes share: `LeasedLeadership`.
 */
export class Leadership {
  private readonly events = new EventEmitter();

  isLeader(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Number of this process's present leadership, for `inTerm`; undefined where nobody could take over. */
  get term(): number | undefined {
    return undefined;
  }

  /** Called when this process begins to lead. */
  onLead(listener: () => void): void {
    this.events.on('lead', listener);
  }

  /** A transaction has found that another process leads. */
  lost(): void {
    // Of a store that is this process's alone there is nobody else.
  }

  /** Lets others lead, where this process ends. */
  resign(): Promise<void> {
    return Promise.resolve();
  }

  protected begun(): void {
    this.events.emit('lead');
  }
}
