import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../clock';
import { log } from '../logging';
import { Leadership, Store } from '../store';

const EVERY_MS = 10 * 60_000;
/** Every table whose rows have an end. An expired row counts for nothing long before it is gone. */
const TABLES = [
  'oauth_objects',
  'oauth_revoked_tokens',
  'oauth_clients',
  'oauth_connections',
  'oauth_consents',
  'browser_sessions',
  'sign_in_attempts',
] as const;

/** Removes what has expired, where `Leadership` says so. */
@Injectable()
export class OAuthSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.sweep();
    }, EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Never throws. */
  async sweep(): Promise<void> {
    try {
      if (!(await this.leadership.isLeader())) return;
      const now = this.clock.now().toISOString();
      await this.store.transaction(async (transaction) => {
        for (const table of TABLES) await transaction.deleteFrom(table).where('expires_at', '<=', now).execute();
      });
    } catch (error) {
      log.warn({ err: error }, 'expired sign-ins could not be removed; the next sweep tries again');
    }
  }
}
