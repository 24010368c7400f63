import { Conflict } from '../platform/errors';
import type { Domain, FileProblem, World } from '../platform/gitops';

export interface OwnDomains {
  /** Sorted by host. */
  readonly domains: readonly Domain[];
  /** Hosts whose file cannot be read and says in a line of its own that it is this team's, with the reason. */
  readonly unreadable: readonly Pick<FileProblem, 'path' | 'message'>[];
}

/** The registered hosts of a team. */
export function domainsOf(world: World, team: string): OwnDomains {
  const domains: Domain[] = [];
  const unreadable: Pick<FileProblem, 'path' | 'message'>[] = [];
  for (const host of world.domainHosts()) {
    const path = world.layout.domainFile(host);
    const text = world.text(path) ?? '';
    // Parsing ten thousand small files to find a few would take seconds.
    if (!text.includes(team)) continue;
    try {
      const domain = world.domain(host);
      if (domain?.team === team) domains.push(domain);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      // Of other teams' files nothing is told, not even that they are there.
      if (saysTeam(text, team)) unreadable.push({ path, message: error.message });
    }
  }
  return { domains, unreadable };
}

/** @param team a `Name`: letters, digits and hyphens, so that it means itself inside a pattern. */
function saysTeam(text: string, team: string): boolean {
  return new RegExp(`^team:[ \\t]*["']?${team}["']?[ \\t]*(#.*)?\\r?$`, 'm').test(text);
}

/** Of one host; undefined where there is none, or one that cannot be read, which is held by nobody knows whom. */
export function readableDomain(world: World, host: string): Domain | undefined {
  try {
    return world.domain(host);
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

export function isExpired({ status, expiresAt }: Pick<Domain, 'status' | 'expiresAt'>, now: Date): boolean {
  return (status === 'pending' || status === 'failed') && expiresAt !== undefined && expiresAt <= now;
}
