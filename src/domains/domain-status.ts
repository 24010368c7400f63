import type { Domain, DomainStatus } from '../platform/gitops';
import { isExpired } from './domains-in';
import { advance } from './status.policy';

/** What is known beside the domain's own file. */
export interface Circumstances {
  /** The service's file names the host. */
  readonly isRouted: boolean;
  /** What its workflow does: waits for DNS, commits after the proof, or is not there. */
  readonly workflow: 'waits' | 'commits' | 'none';
  readonly now: Date;
}

export interface ShownStatus {
  readonly status: DomainStatus;
  /** Why it is not active; null where it is. */
  readonly reason: string | null;
}

/** The status as of now: the file knows what was committed, not who waits, what somebody edited by hand, and how late it is. */
export function shownStatus(domain: Domain, { isRouted, workflow, now }: Circumstances): ShownStatus {
  const { status, expiresAt } = domain;
  const add = 'mctl_add_custom_domain registers it again';
  switch (status) {
    case 'active':
      if (isRouted) return { status, reason: null };
      return {
        status: advance(status, 'unroute'),
        reason: `Proved, but the service’s file does not name the host any more; ${add}.`,
      };
    case 'verified':
      if (isRouted) return { status: advance(status, 'route'), reason: null };
      return { status, reason: 'Proved; the service’s file does not name the host yet.' };
    case 'failed':
      return { status, reason: `Ownership was not proved; ${add}.` };
    case 'pending':
      if (workflow === 'commits') {
        return { status: advance(status, 'prove'), reason: 'Proved; route and certificate are being committed.' };
      }
      if (isExpired(domain, now)) {
        return { status: advance(status, 'fail'), reason: `Not proved until ${expiresAt?.toISOString()}; ${add}.` };
      }
      if (workflow === 'waits') return { status, reason: 'Waiting for the DNS record.' };
      return {
        status: advance(status, 'fail'),
        reason: `No workflow waits for the DNS record any more; ${add}, with the same challenge.`,
      };
  }
}
