import type { Domain, World } from '../platform/gitops';
import { generatedHost, joinedName } from '../services';

/** Where the custom hosts of a service point. */
export interface CnameTarget {
  /** The generated host of the service. */
  readonly name: string;
  /** Another team could have the same generated host, so pointing to it says nothing about whose service is meant. */
  readonly isAmbiguous: boolean;
}

/**
 * `a`/`b-c` and `a-b`/`c` have one generated host. No two services can have it at a time (`name_clash`), but records in DNS outlive
 * services: it is enough that the other team is there, or something of it in the repository.
 */
export function cnameTarget(world: World, team: string, service: string): CnameTarget {
  const joined = joinedName(team, service);
  const splits = [...joined.matchAll(/-/g)].map(
    ({ index }) => [joined.slice(0, index), joined.slice(index + 1)] as const,
  );
  const isAmbiguous = splits.some(
    ([other, name]) => other !== team && (world.hasTenant(other) || world.hasService(other, name)),
  );
  return { name: generatedHost(world, team, service), isAmbiguous };
}

/**
 * The target of a registration, by whose CNAME it is or was proved. One that a CNAME proved was unambiguous then, and stays so for
 * it: whoever creates a tenant later must not take a proof from others.
 */
export function targetOf(world: World, { team, service, status, proof }: Domain): CnameTarget {
  const target = cnameTarget(world, team, service);
  const isProved = status === 'active' || status === 'verified';
  return isProved && proof?.method === 'cname' ? { ...target, isAmbiguous: false } : target;
}
