import { Inject, Injectable } from '@nestjs/common';
import {
  isOfFormerTeam,
  type RepositoryGrantRow,
  type RepositoryLinkRow,
  type RepositorySyncRow,
  Store,
  type StoreTransaction,
} from '../platform/store';
import type { FetchedInstallation, Grant } from './sync.policy';

/** What GitHub vouched for, as the row of its link keeps it. */
export type Vouched = Pick<
  RepositoryLinkRow,
  'consent_hash' | 'consent_expires_at' | 'github_login' | 'installation_id' | 'account' | 'repository_id' | 'full_name'
>;

const DAY_MS = 86_400_000;

/**
 * Links, grants and syncs. What belonged to a team that was deleted does not belong to whoever takes its name next: rows count from the
 * operation that asked for them, so a later deletion ends them without touching them.
 */
@Injectable()
export class RepositoryRows {
  constructor(@Inject(Store) private readonly store: Store) {}

  async addLink(transaction: StoreTransaction, row: RepositoryLinkRow, now: Date): Promise<void> {
    const longAgo = new Date(now.getTime() - DAY_MS).toISOString();
    await transaction.deleteFrom('repository_links').where('expires_at', '<', longAgo).execute();
    await transaction.insertInto('repository_links').values(row).execute();
  }

  linkOf(operationId: string): Promise<RepositoryLinkRow | undefined> {
    return this.store.db
      .selectFrom('repository_links')
      .selectAll()
      .where('operation_id', '=', operationId)
      .executeTakeFirst();
  }

  /** One that may be used. */
  openLink(stateHash: string, now: Date): Promise<RepositoryLinkRow | undefined> {
    return this.store.db
      .selectFrom('repository_links')
      .selectAll()
      .where('state_hash', '=', stateHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now.toISOString())
      .where((row) => row.not(isFormer('repository_links')))
      .executeTakeFirst();
  }

  /** Uses a link up: of many attempts at once one gets it. */
  useLink(stateHash: string, now: Date): Promise<RepositoryLinkRow | undefined> {
    return this.store.db
      .updateTable('repository_links')
      .set({ used_at: now.toISOString() })
      .where('state_hash', '=', stateHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now.toISOString())
      .where((row) => row.not(isFormer('repository_links')))
      .returningAll()
      .executeTakeFirst();
  }

  async vouch(operationId: string, vouched: Vouched): Promise<void> {
    await this.store.db.updateTable('repository_links').set(vouched).where('operation_id', '=', operationId).execute();
  }

  /** What is being asked about; undefined where the question was answered, or has waited too long. */
  openQuestion(consentHash: string, now: Date): Promise<RepositoryLinkRow | undefined> {
    return this.store.db
      .selectFrom('repository_links')
      .selectAll()
      .where('consent_hash', '=', consentHash)
      .where('agreed_at', 'is', null)
      .where('consent_expires_at', '>', now.toISOString())
      .where((row) => row.not(isFormer('repository_links')))
      .executeTakeFirst();
  }

  /** Takes the agreement: of many at once one counts. */
  agree(transaction: StoreTransaction, consentHash: string, now: Date): Promise<RepositoryLinkRow | undefined> {
    return transaction
      .updateTable('repository_links')
      .set({ agreed_at: now.toISOString() })
      .where('consent_hash', '=', consentHash)
      .where('agreed_at', 'is', null)
      .where('consent_expires_at', '>', now.toISOString())
      .where((row) => row.not(isFormer('repository_links')))
      .returningAll()
      .executeTakeFirst();
  }

  /** Granted again counts as granted now; what the list shows of it stays until the next sync. */
  async grant(transaction: StoreTransaction, row: RepositoryGrantRow): Promise<void> {
    const { installation_id, account, full_name, operation_id, agreed_by, granted_at } = row;
    await transaction
      .deleteFrom('repository_grants')
      .where('team', '=', row.team)
      .where(isFormer('repository_grants'))
      .execute();
    await transaction
      .insertInto('repository_grants')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['team', 'app', 'repository_id'])
          .doUpdateSet({ installation_id, account, full_name, operation_id, agreed_by, granted_at }),
      )
      .execute();
  }

  /** By name, whatever its case. */
  grantsOf(
    team: string,
    app: string,
    db: Pick<StoreTransaction, 'selectFrom'> = this.store.db,
  ): Promise<RepositoryGrantRow[]> {
    return db
      .selectFrom('repository_grants')
      .selectAll()
      .where('team', '=', team)
      .where('app', '=', app)
      .where((row) => row.not(isFormer('repository_grants')))
      .execute();
  }

  /** Teams that a repository is granted to, by when it was. */
  async teamsOf(repositoryId: number, app: string): Promise<string[]> {
    const rows = await this.store.db
      .selectFrom('repository_grants')
      .select('team')
      .where('repository_id', '=', repositoryId)
      .where('app', '=', app)
      .where((row) => row.not(isFormer('repository_grants')))
      .orderBy('granted_at')
      .orderBy('team')
      .execute();
    return rows.map(({ team }) => team);
  }

  lastSync(
    team: string,
    app: string,
    db: Pick<StoreTransaction, 'selectFrom'> = this.store.db,
  ): Promise<RepositorySyncRow | undefined> {
    return db
      .selectFrom('repository_syncs')
      .selectAll()
      .where('team', '=', team)
      .where('app', '=', app)
      .where((row) => row.not(isFormer('repository_syncs')))
      .executeTakeFirst();
  }

  async synced(transaction: StoreTransaction, row: RepositorySyncRow): Promise<void> {
    const { app, operation_id, synced_at } = row;
    await transaction
      .insertInto('repository_syncs')
      .values(row)
      .onConflict((conflict) => conflict.column('team').doUpdateSet({ app, operation_id, synced_at }))
      .execute();
  }

  async show(
    transaction: StoreTransaction,
    key: Pick<RepositoryGrantRow, 'team' | 'app' | 'synced_at'>,
    { account, repositories }: FetchedInstallation,
  ): Promise<void> {
    for (const { id, fullName, isPrivate, defaultBranch } of repositories) {
      await transaction
        .updateTable('repository_grants')
        .set({
          account,
          full_name: fullName,
          private: isPrivate ? 1 : 0,
          default_branch: defaultBranch,
          synced_at: key.synced_at,
        })
        .where('team', '=', key.team)
        .where('app', '=', key.app)
        .where('repository_id', '=', id)
        .execute();
    }
  }

  async hide(transaction: StoreTransaction, team: string, app: string, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await transaction
      .updateTable('repository_grants')
      .set({ synced_at: null })
      .where('team', '=', team)
      .where('app', '=', app)
      .where('repository_id', 'in', [...ids])
      .execute();
  }

  async end(transaction: StoreTransaction, team: string, app: string, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await transaction
      .deleteFrom('repository_grants')
      .where('team', '=', team)
      .where('app', '=', app)
      .where('repository_id', 'in', [...ids])
      .execute();
  }
}

export function grantOf(row: RepositoryGrantRow): Grant {
  return {
    repositoryId: row.repository_id,
    installationId: row.installation_id,
    fullName: row.full_name,
    grantedAt: row.granted_at,
    isListed: row.synced_at !== null,
  };
}

/** Whether the team was deleted after the operation that asked. */
function isFormer(table: 'repository_links' | 'repository_grants' | 'repository_syncs') {
  return isOfFormerTeam(`${table}.team`, `${table}.operation_id`);
}
