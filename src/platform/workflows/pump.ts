import { log } from '../logging';
import { detached } from '../tracing';

const RETRY_MS = 500;
/** A clock that is set back while a pump waits must not make it wait for longer. */
const LONGEST_SLEEP_MS = 15_000;

export interface PumpWork {
  /** Does all that is due now. May throw: it is tried again after a pause. */
  drain(isStopping: () => boolean): Promise<void>;
  /** When there is something to do next; undefined = only when somebody wakes the pump. */
  nextDueAt(): Promise<Date | undefined>;
}

/** Works off a durable queue: when it is woken, and when something in it becomes due. One drain at a time. */
export class Pump {
  private running: Promise<boolean> | undefined;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly work: PumpWork) {}

  /** There is something to do. Never throws, never waits. */
  wake(): void {
    if (this.isStopping || this.running) return;
    clearTimeout(this.timer);
    // Whoever wakes it goes on without it.
    this.running = detached(() => this.drain());
    void this.running.then((isDone) => {
      this.running = undefined;
      return this.schedule(isDone);
    });
  }

  /** Lets what is in hand end; the rest stays in the queue. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** False where it could not go on, e.g. because the store cannot be written: trying again at once would only spin. */
  private async drain(): Promise<boolean> {
    try {
      await this.work.drain(() => this.isStopping);
      return true;
    } catch (error) {
      log.error({ err: error }, 'the workflow engine stumbled; it tries again');
      return false;
    }
  }

  /** Runs after `running` is cleared: what is submitted from then on wakes the pump itself, what came before is found here. */
  private async schedule(isDone: boolean): Promise<void> {
    const pause = isDone ? await this.untilNextDue() : RETRY_MS;
    if (pause === undefined || this.isStopping) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), pause);
    this.timer.unref();
  }

  private async untilNextDue(): Promise<number | undefined> {
    if (this.isStopping) return undefined;
    try {
      const next = await this.work.nextDueAt();
      return next && Math.min(LONGEST_SLEEP_MS, Math.max(0, next.getTime() - Date.now()));
    } catch (error) {
      log.error({ err: error }, 'the queue cannot be read');
      return RETRY_MS;
    }
  }
}
