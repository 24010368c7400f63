import { hashOfToken } from '../platform/crypto';
import type { Settled } from '../platform/operations/parts';
import type { StoreTransaction } from '../platform/store';
import { expiryOf, LINK_MINUTES, stateOf } from './link';
import type { GrantRepoAccessInput, SyncReposInput } from './repositories.dto';
import { grantOf, type RepositoryRows } from './repository-rows';
import { differenceOf, type Fetched } from './sync.policy';

/** From now on the link of the operation may be opened. Of its state only a hash is kept. */
export async function openLink(
  rows: RepositoryRows,
  { app, key }: { app: string; key: Uint8Array },
  transaction: StoreTransaction,
  { row, input, at }: Settled<GrantRepoAccessInput>,
): Promise<void> {
  const link = {
    operation_id: row.id,
    team: input.team,
    repo: input.repo,
    app,
    state_hash: hashOfToken(stateOf(key, row.id)),
    expires_at: expiryOf(new Date(row.submitted_at), LINK_MINUTES).toISOString(),
    used_at: null,
    consent_hash: null,
    consent_expires_at: null,
    agreed_at: null,
    github_login: null,
    installation_id: null,
    account: null,
    repository_id: null,
    full_name: null,
  };
  await rows.addLink(transaction, link, at);
}

/**
 * Writes what GitHub showed, judged against the rows as they are now: what was granted since it was asked stays as it is, and what another
 * sync found out later stays.
 */
export async function keepFetched(
  rows: RepositoryRows,
  transaction: StoreTransaction,
  { row, input: { team }, done }: Settled<SyncReposInput>,
): Promise<void> {
  const fetched = done as Fetched;
  const { app, startedAt, installations } = fetched;
  const last = await rows.lastSync(team, app, transaction);
  if (last && last.synced_at >= startedAt) return;
  const grants = (await rows.grantsOf(team, app, transaction)).map(grantOf);
  const { hidden, ended } = differenceOf(grants, fetched);
  for (const installation of installations) {
    await rows.show(transaction, { team, app, synced_at: startedAt }, installation);
  }
  await rows.hide(transaction, team, app, hidden);
  await rows.end(transaction, team, app, ended);
  await rows.synced(transaction, { team, app, operation_id: row.id, synced_at: startedAt });
}
