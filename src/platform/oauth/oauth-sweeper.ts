import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Rounds } from '../schedule';
import { Leadership, type OAuthTables, Store } from '../store';

const PAUSE_MS = 600_000;
/** Every table whose rows have an end. An expired row counts for nothing long before it is gone. */
const TABLES = [
  'oauth_objects',
  'oauth_revoked_tokens',
  'oauth_clients',
  'oauth_connections',
  'oauth_consents',
  'browser_sessions',
  'sign_in_attempts',
] as const satisfies readonly (keyof OAuthTables)[];

/** Removes what has expired. */
@Injectable()
export class OAuthSweeper extends Rounds {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Leadership) leadership: Leadership,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    super(leadership, 'expired sign-ins could not be removed');
  }

  protected override pause(): number {
    return PAUSE_MS;
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now().toISOString();
    await this.store.transaction(async (transaction) => {
      for (const table of TABLES) await transaction.deleteFrom(table).where('expires_at', '<=', now).execute();
    });
  }
}
