import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { log } from '../logging';
import { inTerm, type Leadership } from '../store';

/** A command that opens the program for one operation is over before the first round. */
const FIRST_ROUND_MS = 5_000;

/**
 * What the program does by itself, round after round: on the process that leads, one round at a time, the next one a pause after the
 * end of the last. A process that does not lead any more writes nothing, however late it notices. Nothing is kept from round to round that matters: what is due is in git and in the store, so a restart changes nothing.
 */
export abstract class Rounds implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly leadership: Leadership,
    /** In the log, where a round failed. */
    private readonly failure: string,
  ) {}

  /** Pause between two rounds, in milliseconds; 0 = there are none. */
  protected abstract pause(): number;

  /** Does what is due; once the signal is aborted it ends with what is in hand. */
  protected abstract work(signal: AbortSignal): Promise<void>;

  onApplicationBootstrap(): void {
    if (this.pause() > 0) this.schedule(Math.min(this.pause(), FIRST_ROUND_MS));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  /** Never throws. */
  async round(): Promise<void> {
    try {
      if (!(await this.leadership.isLeader())) return;
      await inTerm(this.leadership.term, () => this.work(this.stopping.signal));
    } catch (error) {
      log.warn({ err: error }, `${this.failure}; the next round tries again`);
    }
  }

  private schedule(pause: number): void {
    this.timer = setTimeout(() => {
      this.running = this.round().then(() => {
        if (!this.stopping.signal.aborted) this.schedule(this.pause());
      });
    }, pause);
    this.timer.unref();
  }
}
