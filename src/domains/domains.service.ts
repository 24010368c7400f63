import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { type CertificateState, certificatesOf, Cluster, type SourceState } from '../platform/cluster';
import { Dns } from '../platform/dns';
import { type FileProblem, Gitops, type Service, serviceProblems, warningOf, type World } from '../platform/gitops';
import type { WarningItem } from '../platform/operations/answer.dto';
import { OperationStore } from '../platform/operations/operation-store';
import { paginate, untrusted } from '../platform/schema';
import { exactValues } from '../platform/text/exact-text';
import type { DomainCheckRow, OperationRow } from '../platform/store';
import { requireService, serviceNotFound } from '../services';
import { addCustomDomain } from './add-custom-domain.operation';
import { certificateFor } from './certificate.policy';
import { DomainChecks } from './domain-checks';
import { shownStatus } from './domain-status';
import { circumstances, entriesOf, type Entry, itemOf, keyOf } from './domain-view';
import { warningsOf } from './domain-warnings';
import { domainsOf, readableDomain } from './domains-in';
import type {
  DomainItem,
  DomainList,
  DomainSource,
  DomainVerification,
  ListDomainsInput,
  VerifyDomainInput,
} from './domains.dto';
import { hostFrom } from './host.policy';
import { observe } from './look-up';
import { afterVerification } from './next-step';
import { domainNotFound } from './remove-custom-domain.operation';
import { targetOf } from './target.policy';
import { verificationOf } from './verification';

const UNTRUSTED = untrusted(
  'the GitOps repository, in which others than MCTL write as well: credentials masked, unseen characters spelled out, but nobody vouches for it',
  {
    fields: [
      ...['items[].domain', 'items[].domain_unicode', 'items[].challenge', 'items[].cname', 'items[].certificate'],
      ...['items[].requested_by', 'warnings[].message'],
    ],
  },
);

/** Longest text of an item, and of a warning: a file may hold anything. */
const SENTENCE = 1000;
const UNKNOWN = 'whether certificates are ready is unknown';

/** What can be read about domains. The doors have checked the caller's role in the team that is named. */
@Injectable()
export class DomainsService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(DomainChecks) private readonly checks: DomainChecks,
    @Inject(Dns) private readonly dns: Dns,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Cluster) private readonly cluster: Cluster,
  ) {}

  /**
   * Hosts of a team by service, of each the generated one first, page by page.
   * @throws NotFound for a service that neither exists nor has a domain left.
   */
  async list(_actor: Actor, input: ListDomainsInput): Promise<DomainList> {
    const { team, service } = input;
    const world = await this.gitops.world();
    const { domains, unreadable } = domainsOf(world, team);
    const { services, problems } = servicesOf(world, team, service);
    const wanted = domains.filter((domain) => service === undefined || domain.service === service);
    if (service !== undefined && wanted.length === 0 && !world.hasService(team, service)) {
      throw serviceNotFound(world, team, service);
    }
    const page = paginate(entriesOf(world, team, services, wanted), input, keyOf);
    const [checks, open, certificates] = await Promise.all([
      this.checks.of(page.items.map(({ host }) => host)),
      this.operations.open(addCustomDomain.name, team),
      this.cluster.read(UNKNOWN, (kubernetes) => certificatesOf(kubernetes, team)),
    ]);
    const now = this.clock.now();
    const items = page.items.map((entry) => {
      const check = currentCheck(entry, checks.get(entry.host));
      return {
        check,
        domain: entry.domain,
        item: withCertificate(
          itemOf(world, entry, { check, workflow: workflowOf(open, entry), now }),
          entry.isRouted,
          certificates.value,
        ),
      };
    });
    const broken = input.cursor === undefined ? [...unreadable.map(unreadableFile), ...problems.map(warningOf)] : [];
    return {
      items: items.map(({ item }) => exactValues(item, SENTENCE)),
      count: items.length,
      next_cursor: page.next_cursor,
      source: sourceOf(world, certificates.source),
      warnings: exactValues(
        [...broken, ...items.flatMap(({ item, check, domain }) => warningsOf(item, check, domain))],
        SENTENCE,
      ),
      untrusted: UNTRUSTED,
    };
  }

  /**
   * Asks DNS now; changes nothing.
   * @throws NotFound for a host that was not registered for this service, as for one that another team holds.
   */
  async verify(_actor: Actor, { team, service, domain: text }: VerifyDomainInput): Promise<DomainVerification> {
    const host = hostFrom(text);
    const world = await this.gitops.world();
    const domain = readableDomain(world, host.ascii);
    if (domain?.team !== team || domain.service !== service) {
      requireService(world, team, service);
      throw domainNotFound(world, { team, service, domain: text }, host);
    }
    const expectation = { host, challenge: domain.challenge, target: targetOf(world, domain) };
    const [observation, open] = await Promise.all([
      observe(this.dns, expectation),
      this.operations.open(addCustomDomain.name, team),
    ]);
    const entry = entriesOf(world, team, servicesOf(world, team, service).services, [domain])[0];
    const workflow = workflowOf(open, { service, host: host.ascii });
    const known = { check: undefined, workflow, now: this.clock.now() };
    const isRouted = entry?.isRouted ?? false;
    const { status } = shownStatus(domain, { ...circumstances(known), isRouted });
    const answer = verificationOf(expectation, observation, this.dns.servers);
    return {
      team,
      service,
      domain: host.ascii,
      domain_unicode: host.unicode,
      status,
      ...answer,
      next_actions: afterVerification(domain, { status, verified: answer.verified, workflow: workflow?.workflow }),
    };
  }
}

/** Those that can be read; what is wrong with the others. */
function servicesOf(
  world: World,
  team: string,
  only?: string,
): { services: Service[]; problems: readonly FileProblem[] } {
  if (only === undefined) return world.services(team);
  const isBroken = serviceProblems(world, team, only).some(({ severity }) => severity === 'broken');
  const service = isBroken ? undefined : world.service(team, only);
  return { services: service ? [service] : [], problems: isBroken ? serviceProblems(world, team, only) : [] };
}

/** A row of an earlier registration says nothing about this one. */
function currentCheck({ domain }: Entry, row: DomainCheckRow | undefined): DomainCheckRow | undefined {
  return row && domain && row.challenge === (domain.challenge ?? '') ? row : undefined;
}

function workflowOf(
  open: readonly OperationRow[],
  { service, host }: Pick<Entry, 'service' | 'host'>,
): OperationRow | undefined {
  return open.find(({ input }) => {
    const call = JSON.parse(input) as { service: string; domain: string };
    return call.service === service && hostFrom(call.domain).ascii === host;
  });
}

function unreadableFile({ message }: Pick<FileProblem, 'path' | 'message'>): WarningItem {
  return { code: 'unreadable_file', message };
}

/** Only of a host that is routed: no other has asked for a certificate. */
function withCertificate(item: DomainItem, isRouted: boolean, certificates?: readonly CertificateState[]): DomainItem {
  if (!isRouted || !certificates) return item;
  return { ...item, certificate: certificateFor(item.domain, certificates) };
}

function sourceOf({ head }: World, cluster: SourceState): DomainSource {
  return {
    gitops: { state: 'ok', message: head ? `desired state at commit ${head}` : 'the repository is empty' },
    cluster,
  };
}
