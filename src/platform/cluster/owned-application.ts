import type { ApplicationState } from './application-state';
import type { Applications } from './cluster';

/** Whose Application it must be. */
export interface Owner {
  readonly team: string;
  readonly service?: string;
  readonly preview?: string;
  /** The team's databases instead of its namespace. */
  readonly part?: 'databases';
}

/** Names that the ApplicationSets of `mctl init` give (seed/argocd/applicationsets). */
export function applicationName({ team, service, preview, part }: Owner): string {
  if (part !== undefined) return `${part}-${team}`;
  if (service === undefined) return `tenant-${team}`;
  return preview === undefined ? `${team}-${service}` : `preview-${team}-${service}-${preview}`;
}

/**
 * The Application of a team, service or preview. The name alone does not say whose it is (`a-b` and `c` have that of `a` and `b-c`), so its
 * labels must agree; one without labels, of an older ApplicationSet, must at least apply to the team's namespace.
 */
export function ownedApplication(applications: Applications, owner: Owner): ApplicationState | undefined {
  const found = applications.get(applicationName(owner));
  return found && isOwned(found, owner) ? found : undefined;
}

function isOwned(application: ApplicationState, { team, service, preview, part }: Owner): boolean {
  // Where databases go is no team's namespace: the name, which no other ApplicationSet gives, has to do.
  if (application.team === undefined) {
    return part !== undefined || application.destination === namespaceOf(team, preview);
  }
  return application.team === team && application.service === service && application.preview === preview;
}

function namespaceOf(team: string, preview: string | undefined): string {
  return preview === undefined ? team : `${team}-preview`;
}
