import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import type { SourceState } from '../platform/cluster';
import { Github } from '../platform/github';
import type { WarningItem } from '../platform/operations/answer.dto';
import { paginate } from '../platform/schema';
import type { RepositoryGrantRow, RepositorySyncRow } from '../platform/store';
import type { ListReposInput, RepositoryItem, RepositoryList } from './repositories.dto';
import { RepositoryRows } from './repository-rows';

/** What can be read about repositories. The doors have checked the caller's role in the team that is named. */
@Injectable()
export class RepositoriesService {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(RepositoryRows) private readonly rows: RepositoryRows,
  ) {}

  /** Repositories of a team by name, page by page, as the last sync found them; GitHub is not asked. */
  async list(_actor: Actor, input: ListReposInput): Promise<RepositoryList> {
    const { app, missing } = this.github;
    if (missing.length > 0) return { ...empty(), source: { github: notConfigured(missing) } };
    const [grants, sync] = await Promise.all([
      this.rows.grantsOf(input.team, app),
      this.rows.lastSync(input.team, app),
    ]);
    const sorted = grants.flatMap(itemOf).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const page = paginate(sorted, input, keyOf);
    return {
      ...page,
      synced_at: sync?.synced_at ?? null,
      source: { github: sourceOf(grants, sync, input.team) },
      warnings: waiting(grants, sync),
    };
  }
}

function empty(): Omit<RepositoryList, 'source'> {
  return { items: [], count: 0, next_cursor: null, synced_at: null, warnings: [] };
}

const keyOf = ({ full_name: name }: RepositoryItem): string => name.toLowerCase();

/** In no list before GitHub has shown it to us. */
function itemOf(row: RepositoryGrantRow): RepositoryItem[] {
  const { synced_at, default_branch } = row;
  if (synced_at === null || default_branch === null) return [];
  const installation = { id: row.installation_id, account: row.account };
  return [{ full_name: row.full_name, private: row.private === 1, default_branch, installation, synced_at }];
}

function sourceOf(
  grants: readonly RepositoryGrantRow[],
  sync: RepositorySyncRow | undefined,
  team: string,
): SourceState {
  if (sync) return { state: 'ok', message: `as GitHub had it at ${sync.synced_at}` };
  const next =
    grants.length === 0
      ? `mctl_grant_repo_access with team ${team} and a repository begins`
      : 'mctl_sync_repos asks GitHub';
  return { state: 'degraded', message: `Never synced: ${next}.` };
}

/** Granted and not looked at since. */
function waiting(grants: readonly RepositoryGrantRow[], sync: RepositorySyncRow | undefined): WarningItem[] {
  const names = grants
    .filter(({ synced_at: seen, granted_at: at }) => seen === null && (!sync || at >= sync.synced_at))
    .map(({ full_name: name }) => name);
  if (names.length === 0) return [];
  const message = `Granted since the last sync, so not in the list yet: ${names.sort().join(', ')}. Call mctl_sync_repos.`;
  return [{ code: 'not_synced', message }];
}

function notConfigured(missing: readonly string[]): SourceState {
  return {
    state: 'not_configured',
    setting: missing[0],
    message: `The GitHub App is not configured: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
  };
}
