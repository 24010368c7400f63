import type { Domain, Plain, Service, World } from '../platform/gitops';
import { dataOf, generatedHost, textOf } from '../services';
import { foreignLine } from '../platform/text/foreign-text';
import type { DomainCheckRow, OperationRow } from '../platform/store';
import { type Circumstances, shownStatus } from './domain-status';
import type { DomainItem, ProofPart } from './domains.dto';
import { hostInFile } from './host.policy';
import { certificateOf, challengeRecord, cnameRecord } from './records';
import { issuerOf } from './route.edits';
import { cnameTarget } from './target.policy';

/** Longest login that is told: the file may hold anything. */
const NAME = 300;

/** One line of the list, before anything is asked for it. */
export interface Entry {
  readonly kind: DomainItem['kind'];
  readonly team: string;
  readonly service: string;
  /** As the file has it. */
  readonly host: string;
  /** Of a custom one. */
  readonly domain?: Domain;
  readonly isRouted: boolean;
}

const ORDER: Readonly<Record<DomainItem['kind'], number>> = { generated: 0, custom: 1, unregistered: 1 };

/** Services by name, of each the generated host first and the others sorted; no name holds a NUL. */
export function keyOf({ service, kind, host }: Entry): string {
  return `${service}\0${ORDER[kind]}\0${host}`;
}

/**
 * Every host of these services, and registrations whose service is gone, in the order of `keyOf`.
 * @param domains of the team.
 */
export function entriesOf(
  world: World,
  team: string,
  services: readonly Service[],
  domains: readonly Domain[],
): Entry[] {
  const routed = services.flatMap(({ name, hosts }) =>
    hosts.map((host) => ({ service: name, host: host.toLowerCase() })),
  );
  const isRouted = (service: string, host: string) =>
    routed.some((each) => each.service === service && each.host === host);
  const registered = domains.map((domain): Entry => {
    const { service, host } = domain;
    return { kind: 'custom', team, service, host, domain, isRouted: isRouted(service, host) };
  });
  const others = routed
    .filter(({ service, host }) => !registered.some((each) => each.service === service && each.host === host))
    .map(({ service, host }): Entry => {
      const kind = host === generatedHost(world, team, service) ? 'generated' : 'unregistered';
      return { kind, team, service, host, isRouted: true };
    });
  return [...registered, ...others].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What was found out about one entry. */
export interface Known {
  readonly check: DomainCheckRow | undefined;
  /** The operation that has not ended and is about this host. */
  readonly workflow: OperationRow | undefined;
  readonly now: Date;
}

export function itemOf(world: World, entry: Entry, known: Known): DomainItem {
  const { kind, team, service, isRouted, domain } = entry;
  const host = hostInFile(entry.host);
  const shown = domain ? shownStatus(domain, { ...circumstances(known), isRouted }) : ACTIVE;
  return {
    service,
    domain: host.ascii,
    domain_unicode: host.unicode,
    kind,
    ...shown,
    challenge: domain && shown.status !== 'active' ? challengeRecord({ host, challenge: domain.challenge }) : null,
    cname: kind === 'generated' ? null : cnameRecord(host, cnameTarget(world, team, service)),
    certificate: certificateOf(issuerOf(fileOf(world, team, service), world), isRouted),
    proof: proofOf(domain, known.check),
    ...historyOf(domain),
    workflow: known.workflow?.workflow ?? null,
  };
}

/** What the file tells of the registration. One that is active has no expiry any more. */
function historyOf(domain: Domain | undefined): History {
  if (!domain) return { created_at: null, expires_at: null, verified_at: null, requested_by: null };
  return {
    created_at: iso(domain.createdAt),
    expires_at: iso(domain.expiresAt),
    verified_at: iso(domain.proof?.at),
    requested_by: domain.requestedBy === undefined ? null : foreignLine(domain.requestedBy, NAME),
  };
}

type History = Pick<DomainItem, 'created_at' | 'expires_at' | 'verified_at' | 'requested_by'>;

function iso(moment: Date | undefined): string | null {
  return moment?.toISOString() ?? null;
}

const ACTIVE = { status: 'active', reason: null } as const;

/** Where one registration stands. */
export function circumstances({ workflow, now }: Known): Omit<Circumstances, 'isRouted'> {
  if (!workflow) return { workflow: 'none', now };
  return { workflow: workflow.stage === 'continue' ? 'commits' : 'waits', now };
}

function fileOf(world: World, team: string, service: string): Plain {
  return world.hasService(team, service) ? dataOf(textOf(world, team, service)) : {};
}

const NOT_CHECKED: ProofPart = { state: 'not_checked', method: null, checked_at: null, since: null };

function proofOf(domain: Domain | undefined, check: DomainCheckRow | undefined): ProofPart {
  if (!domain || !check || check.challenge !== (domain.challenge ?? '')) return NOT_CHECKED;
  const { outcome, method, checked_at, missing_since, trouble_since } = check;
  const since = { proved: null, missing: missing_since, unknown: trouble_since }[outcome];
  return { state: outcome === 'proved' ? 'found' : outcome, method, checked_at, since };
}
