import type { Warning } from '../platform/operations/plan';

/** A repository that somebody agreed to, as it is kept. */
export interface Grant {
  readonly repositoryId: number;
  readonly installationId: number;
  readonly fullName: string;
  readonly grantedAt: string;
  /** Whether the team's list has it at present. */
  readonly isListed: boolean;
}

export interface FetchedRepository {
  readonly id: number;
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
}

/** What GitHub says of one installation. `gone`: uninstalled; `suspended`: put to sleep by its owner. */
export interface FetchedInstallation {
  readonly id: number;
  readonly account: string;
  readonly state: 'active' | 'suspended' | 'gone';
  /** Of those that the team was granted. */
  readonly repositories: readonly FetchedRepository[];
}

/** Result of the task `fetch-repositories`, kept with the operation. */
export interface Fetched {
  readonly app: string;
  /** Before the first request: what was granted later is not judged by it. */
  readonly startedAt: string;
  readonly installations: readonly FetchedInstallation[];
}

export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
  /** Ids of grants that stay and are in no list meanwhile: their installation sleeps. */
  readonly hidden: readonly number[];
  /** Ids of grants that are over: whoever owns them took them away from the App. To come back they are granted anew. */
  readonly ended: readonly number[];
  readonly warnings: readonly Warning[];
}

/** What a sync changes. Every list is sorted. */
export function differenceOf(grants: readonly Grant[], { startedAt, installations }: Fetched): Difference {
  const found = new Map(installations.map((each) => [each.id, each]));
  const judged = grants.flatMap((grant) => {
    const installation = found.get(grant.installationId);
    if (!installation || grant.grantedAt >= startedAt) return [];
    const repository = installation.repositories.find(({ id }) => id === grant.repositoryId);
    return [{ grant, installation, repository }];
  });
  const names = (keep: (each: (typeof judged)[number]) => boolean) =>
    judged
      .filter(keep)
      .map(({ grant, repository }) => repository?.fullName ?? grant.fullName)
      .sort();
  const ids = (keep: (each: (typeof judged)[number]) => boolean) =>
    judged.filter(keep).map(({ grant }) => grant.repositoryId);
  return {
    added: names(({ grant, repository }) => repository !== undefined && !grant.isListed),
    removed: names(({ grant, repository }) => repository === undefined && grant.isListed),
    unchanged: names(({ grant, repository }) => repository !== undefined && grant.isListed),
    hidden: ids(({ installation, repository }) => !repository && installation.state === 'suspended'),
    ended: ids(({ installation, repository }) => !repository && installation.state !== 'suspended'),
    warnings: installations.flatMap(warningOf),
  };
}

function warningOf({ state, account, id }: FetchedInstallation): Warning[] {
  if (state === 'active') return [];
  const what = account || `installation ${id}`;
  return state === 'suspended'
    ? [
        {
          code: 'installation_suspended',
          message: `The GitHub App is suspended on ${what}: its repositories are left out until its owner unsuspends it.`,
        },
      ]
    : [
        {
          code: 'installation_gone',
          message: `The GitHub App is no longer installed on ${what}: its repositories are gone from the list, and to have them back they are granted anew.`,
        },
      ];
}
