import type { Domain } from '../platform/gitops';
import type { NextAction } from '../platform/operations/plan';
import type { DomainVerification } from './domains.dto';

export interface Seen extends Pick<DomainVerification, 'status' | 'verified'> {
  /** Workflow that waits for the record; absent where none does. */
  readonly workflow?: string;
}

/** What follows a look at DNS: whoever waits finds the record without being asked, and a registration that ended is made anew. */
export function afterVerification({ team, service, host }: Domain, { status, verified, workflow }: Seen): NextAction[] {
  const named = { team, service, domain: host };
  if (workflow !== undefined) {
    const why = verified ? 'it finds the record at its next try' : 'once the record is made: it finds it by itself';
    return [{ tool: 'mctl_get_workflow_status', arguments: { workflow }, why }];
  }
  if (status !== 'active') {
    return [
      { tool: 'mctl_add_custom_domain', arguments: named, why: 'register it anew: nothing waits for the record' },
    ];
  }
  return verified ? [] : [{ tool: 'mctl_verify_domain', arguments: named, why: 'look again once the record is made' }];
}
