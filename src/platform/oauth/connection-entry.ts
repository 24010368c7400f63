import type { AuditEntry } from '../audit/audit';
import type { Actor } from '../auth/actor';
import type { Connection } from './connections';

/** What audit entries about a connection have in common. Where it is not the actor's own, the reason says whose. */
export function connectionEntry(
  actor: Actor,
  { clientName, login }: Pick<Connection, 'clientName' | 'login'>,
): Pick<AuditEntry, 'operation' | 'risk' | 'actor' | 'target' | 'reason'> {
  const isOwn = login.toLowerCase() === actor.login.toLowerCase();
  return {
    operation: 'oauth-connection',
    risk: 'write',
    actor,
    target: clientName,
    ...(!isOwn && { reason: `connection of ${login}` }),
  };
}
