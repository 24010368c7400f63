import type { Domain } from '../platform/gitops';
import type { PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan } from '../platform/operations/plan';
import { challengeOf, type ChallengeSeed } from './challenge.policy';
import { type ClaimEvent, claimEnd } from './claim.policy';
import { pendingText } from './domain-text';
import { isExpired } from './domains-in';
import type { AddDomainInput } from './domains.dto';
import { ownRegistration, requireFewerWaiting } from './holder.policy';
import { type Host, hostFrom, requireRegistrable } from './host.policy';
import { challengeRecord, cnameRecord } from './records';
import { requireIngress } from './route.policy';
import { advance } from './status.policy';
import { cnameTarget } from './target.policy';

/** Seven days; `MCTL_DOMAIN_EXPIRY`. */
const EXPIRY_MS = 7 * 86_400_000;

/** What is known beyond the repository; absent = nothing waits, nothing happened. */
export interface RegistrationFacts extends ChallengeSeed {
  /** Hosts that workflows of the team wait for. */
  readonly waiting?: readonly string[];
  /** What the team's workflows did to this host. */
  readonly claims?: readonly ClaimEvent[];
}

type Context = PlanContext<AddDomainInput, RegistrationFacts>;

/** The first commit: the host is this service’s to prove. One that is registered already stays as it is, challenge and expiry included. */
export function planRegistration(context: Context): Plan {
  const { input, world, facts, now } = context;
  const { team, service } = input;
  const host = hostFrom(input.domain);
  requireRegistrable(host, world.platform);
  requireIngress(world, team, service);
  const own = ownRegistration(world, host.ascii, input, now);
  const kept = own && isKept(own, now) ? own : undefined;
  requireFewerWaiting(world, team, host.ascii, { isKept: kept !== undefined, waiting: facts.waiting ?? [], now });
  const domain = kept ?? fresh(context, host);
  const path = world.layout.domainFile(host.ascii);
  const target = cnameTarget(world, team, service);
  const cname = cnameRecord(host, target);
  const challenge = challengeRecord({ host, challenge: domain.challenge });
  return {
    changes: kept ? [] : [{ path, content: pendingText(host, fresh(context, host)) }],
    subject: `add-domain(${team}/${service}): ${host.ascii}`,
    summary: summaryOf(host, domain, cname.is_proof),
    warnings: [],
    destroys: [],
    nextActions: nextActions(input),
    answer: {
      domain: host.ascii,
      domain_unicode: host.unicode,
      status: domain.status,
      challenge,
      cname,
      expires_at: domain.expiresAt?.toISOString() ?? null,
    },
  };
}

/** What waits, or has been proved, with a challenge that can be answered. */
function isKept(own: Domain, now: Date): boolean {
  if (own.status === 'verified' || own.status === 'active') return true;
  return own.status === 'pending' && own.challenge !== undefined && !isExpired(own, now);
}

function fresh({ actor, input, world, facts, now }: Context, host: Host) {
  const { team, service } = input;
  const expiresAt = claimEnd(host.ascii, facts.claims ?? [], world.platform.domainExpiryMs ?? EXPIRY_MS, now);
  const challenge = challengeOf(facts, host.ascii, now);
  const status = advance('failed', 'register');
  return { host: host.ascii, team, service, status, challenge, createdAt: now, expiresAt, requestedBy: actor.login };
}

function summaryOf({ ascii, unicode }: Host, { team, service, status, expiresAt }: Domain, isProof: boolean): string {
  const name = unicode === ascii ? ascii : `${unicode} (${ascii})`;
  if (status !== 'pending') {
    return `${name} is ${status} for ${team}/${service} already; its DNS record is looked at again.`;
  }
  const until = expiresAt ? ` until ${expiresAt.toISOString()}` : '';
  return `${name} is registered for ${team}/${service}${until}. Make the TXT record in challenge${isProof ? ', or the CNAME' : ''}; the workflow waits for it, then route and certificate are committed.`;
}

function nextActions({ team, service, domain }: AddDomainInput): NextAction[] {
  return [
    {
      tool: 'mctl_verify_domain',
      arguments: { team, service, domain },
      why: 'see what DNS shows, and what is missing',
    },
    {
      tool: 'mctl_list_domains',
      arguments: { team, service },
      why: 'see whether it is active, and the record to make',
    },
  ];
}
