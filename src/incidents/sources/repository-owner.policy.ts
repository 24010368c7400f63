import type { RepositoryOwner } from '../../platform/config/incident-settings';
import type { World } from '../../platform/gitops';
import type { Owner } from './alert-owner.policy';

/** What is known of whose a repository is, before any file of a team is read. */
export interface RepositoryClaims {
  /** MCTL_GITHUB_REPOSITORIES. */
  readonly named: readonly RepositoryOwner[];
  /** Teams that the repository was granted to by an administrator of it, the first one first. */
  readonly granted: readonly string[];
}

/**
 * Whose a repository is: the platform's own word counts first (MCTL_GITHUB_REPOSITORIES), then the team it was granted to, of several the
 * first. An image says nothing about that: a team writes its files itself, and by naming another's repository it would get, or end, what is
 * reported of it. Within the team the image tells which service it is.
 */
export function repositoryOwner(fullName: string, world: World, { named, granted }: RepositoryClaims): Owner {
  const repository = fullName.toLowerCase();
  const own = named.find((each) => each.repository === repository);
  const team = own ? own.team : granted[0];
  if (team === undefined || !world.hasTenant(team)) return {};
  const service = own?.service ?? builtFrom(repository, team, world);
  return service !== undefined && world.hasService(team, service) ? { team, service } : { team };
}

/** The one service of the team whose image has the path `owner/name`, or one below it, in whatever registry. */
function builtFrom(repository: string, team: string, world: World): string | undefined {
  const [first, ...more] = world
    .services(team)
    .services.filter(({ imageRepository = '' }) => isBuiltFrom(imageRepository, repository));
  return more.length === 0 ? first?.name : undefined;
}

/** `ghcr.io/acme/api` and `registry.example.org:5000/acme/api/worker` are built from `acme/api`. */
function isBuiltFrom(image: string, repository: string): boolean {
  const [first = '', ...rest] = image.toLowerCase().split('/');
  // The OCI reference's own rule for telling a registry from a folder.
  const path = /[.:]|^localhost$/.test(first) ? rest : [first, ...rest];
  return `${path.join('/')}/`.startsWith(`${repository}/`);
}
