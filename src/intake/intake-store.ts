import { Inject, Injectable } from '@nestjs/common';
import { type IntakeRow, Store, type StoreTransaction } from '../platform/store';
import {
  type FieldRule,
  type Intake,
  type IntakeRequest,
  MAX_ATTEMPTS,
  type SignedIn,
  type StoredName,
} from './intake';

/** In the place of what was stored, while it is being stored. */
const CLAIMED = 'null';

/** Rows of intakes. A link's token is known here by its hash only. */
@Injectable()
export class IntakeStore {
  constructor(@Inject(Store) private readonly store: Store) {}

  /** Puts a link in the place of an unused one for the same, so that there is one at a time. Those that expired go. */
  async replace(row: IntakeRow): Promise<void> {
    await this.store.transaction(async (transaction) => {
      await transaction
        .deleteFrom('intakes')
        .where((each) =>
          each.or([
            each('expires_at', '<=', row.opened_at),
            each
              .and({ actor: row.actor, team: row.team, service: row.service, names: row.names })
              .and('stored', 'is', null),
          ]),
        )
        .execute();
      await transaction.insertInto('intakes').values(row).execute();
    });
  }

  /** The intake of a link that is not closed and has not expired. */
  async find(tokenHash: string, now: Date): Promise<Intake | undefined> {
    const row = await this.store.db
      .selectFrom('intakes')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', now.toISOString())
      .where('attempts', '<', MAX_ATTEMPTS)
      .where((each) => each.or([each('stored', 'is', null), each('stored', '!=', CLAIMED)]))
      .executeTakeFirst();
    return row && intakeOf(row);
  }

  async countAttempt({ id }: Intake): Promise<void> {
    await this.store.transaction((transaction) =>
      transaction
        .updateTable('intakes')
        .set((each) => ({ attempts: each('attempts', '+', 1) }))
        .where('id', '=', id)
        .execute(),
    );
  }

  /** One browser at a time: whoever signs in again takes the page over. */
  async beginSession({ id }: Intake, sessionHash: string, { method, teams }: SignedIn): Promise<void> {
    const session = { session_hash: sessionHash, signed_in: JSON.stringify({ method, teams }) };
    await this.store.transaction((transaction) =>
      transaction.updateTable('intakes').set(session).where('id', '=', id).execute(),
    );
  }

  /** Takes a link, which nobody can use from now on. @returns whether it could be: of many attempts at once one can. */
  async claim({ id }: Intake, now: Date): Promise<boolean> {
    const { numUpdatedRows } = await this.store.transaction((transaction) =>
      transaction
        .updateTable('intakes')
        .set({ stored: CLAIMED })
        .where('id', '=', id)
        .where('stored', 'is', null)
        .where('expires_at', '>', now.toISOString())
        .executeTakeFirst(),
    );
    return numUpdatedRows === 1n;
  }

  /** Gives a link back that was claimed for nothing. After a crash in between it stays taken; its person asks for a new one. */
  async release({ id }: Intake): Promise<void> {
    await this.store.transaction((transaction) =>
      transaction
        .updateTable('intakes')
        .set({ stored: null })
        .where('id', '=', id)
        .where('stored', '=', CLAIMED)
        .execute(),
    );
  }

  /** Notes what was entered through a link that was claimed. @returns false where the link was closed meanwhile, with its service or team. */
  async finish(transaction: StoreTransaction, { id }: Intake, stored: readonly StoredName[]): Promise<boolean> {
    const { numUpdatedRows } = await transaction
      .updateTable('intakes')
      .set({ stored: JSON.stringify(stored) })
      .where('id', '=', id)
      .where('stored', '=', CLAIMED)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  closeNow(team: string, service?: string): Promise<void> {
    return this.store.transaction((transaction) => this.close(transaction, team, service));
  }

  /** Closes every link of a service, or of a team where none is named. */
  async close(transaction: StoreTransaction, team: string, service?: string): Promise<void> {
    await transaction
      .deleteFrom('intakes')
      .where('team', '=', team)
      .$if(service !== undefined, (query) => query.where('service', '=', service ?? ''))
      .execute();
  }
}

export function namesText(names: readonly string[]): string {
  return JSON.stringify([...new Set(names)].sort());
}

function intakeOf(row: IntakeRow): Intake {
  const request: IntakeRequest = {
    team: row.team,
    service: row.service,
    names: JSON.parse(row.names) as string[],
    purpose: row.purpose,
    rules: new Map(JSON.parse(row.rules ?? '[]') as [string, FieldRule][]),
  };
  return {
    ...request,
    id: row.id,
    actor: row.actor,
    openedAt: new Date(row.opened_at),
    expiresAt: new Date(row.expires_at),
    sessionHash: row.session_hash ?? undefined,
    signedIn: row.signed_in === null ? undefined : (JSON.parse(row.signed_in) as SignedIn),
    stored: row.stored === null ? undefined : (JSON.parse(row.stored) as StoredName[]),
  };
}
