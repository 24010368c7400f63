import type { RepositoryOwner } from '../../platform/config/incident-settings';
import type { World } from '../../platform/gitops';
import type { Owner } from './alert-owner.policy';

/**
 * Whose a repository is. The platform's own word counts first (MCTL_GITHUB_REPOSITORIES). Otherwise it belongs to the services whose
 * image has the path `owner/name`, or one below it, in whatever registry: where they are of one team. What two teams claim is nobody's, for a
 * team writes its files itself and must not learn about the repository of another by naming it.
 */
export function repositoryOwner(fullName: string, world: World, named: readonly RepositoryOwner[]): Owner {
  const repository = fullName.toLowerCase();
  const own = named.find((each) => each.repository === repository);
  if (own) return world.hasTenant(own.team) ? withService(own.team, world, own.service) : {};
  const found = world.teams().flatMap((team) =>
    world
      .services(team)
      .services.filter(({ imageRepository = '' }) => isBuiltFrom(imageRepository, repository))
      .map(({ name }) => ({ team, name })),
  );
  const [first] = found;
  if (!first || found.some(({ team }) => team !== first.team)) return {};
  return withService(first.team, world, found.length === 1 ? first.name : undefined);
}

function withService(team: string, world: World, service: string | undefined): Owner {
  return service !== undefined && world.hasService(team, service) ? { team, service } : { team };
}

/** `ghcr.io/acme/api` and `registry.example.org:5000/acme/api/worker` are built from `acme/api`. */
function isBuiltFrom(image: string, repository: string): boolean {
  const [first = '', ...rest] = image.toLowerCase().split('/');
  // The OCI reference's own rule for telling a registry from a folder.
  const path = /[.:]|^localhost$/.test(first) ? rest : [first, ...rest];
  return `${path.join('/')}/`.startsWith(`${repository}/`);
}
