import { Conflict } from '../platform/errors';
import type { DomainStatus } from '../platform/gitops';

/**
 * `pending`: registered, ownership not proved, nothing routed; it expires.
 * `verified`: proved, and the service's file does not name the host (yet).
 * `active`: proved, and the service's file names the host with its certificate. What the cluster makes of it is said beside
 * (`certificate`), never in the status: without a cluster nobody could ever call a domain active.
 * `failed`: nobody waits for its proof any more, it expired or its workflow ended without one.
 */
export type DomainEvent = 'register' | 'prove' | 'route' | 'unroute' | 'fail';

/** Every way there is from one status to the next; what is not here does not happen. */
export const TRANSITIONS: Readonly<Record<DomainEvent, Readonly<Partial<Record<DomainStatus, DomainStatus>>>>> = {
  register: { pending: 'pending', failed: 'pending' },
  prove: { pending: 'verified', verified: 'verified', active: 'active' },
  route: { verified: 'active', active: 'active' },
  unroute: { active: 'verified', verified: 'verified' },
  fail: { pending: 'failed', failed: 'failed' },
};

/** @throws Conflict `bad_transition` where the event cannot follow on this status. */
export function advance(status: DomainStatus, ...events: readonly DomainEvent[]): DomainStatus {
  return events.reduce((now, event) => {
    const next = TRANSITIONS[event][now];
    if (next !== undefined) return next;
    throw new Conflict(`A domain that is ${now} cannot ${event}.`, { code: 'bad_transition', field: 'domain' });
  }, status);
}
