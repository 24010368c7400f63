import { Conflict, NotFound } from '../platform/errors';
import { type Domain, editFile, type Plain, type World } from '../platform/gitops';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Destroyed, Plan, Warning } from '../platform/operations/plan';
import { nearest } from '../platform/text/nearest';
import { dataOf, generatedHost, serviceNotFound, textOf } from '../services';
import { domainsOf, isExpired, readableDomain } from './domains-in';
import { RemoveDomainAnswer, RemoveDomainInput } from './domains.dto';
import { type Host, hostFrom } from './host.policy';
import { furtherHosts, ingressHosts, unrouteEdits } from './route.edits';

export const removeCustomDomain = defineOperation({
  name: 'remove-custom-domain',
  tool: 'mctl_remove_custom_domain',
  title: 'Remove Custom Domain',
  description:
    'Take a custom host from a service: registration, route and certificate go. Answers the plan and a confirm_token first.',
  kind: 'destructive',
  risk: 'medium',
  role: 'owner',
  idempotent: false,
  input: RemoveDomainInput,
  answer: RemoveDomainAnswer,
  paths: ['domains/{host}.yaml', 'services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  typedName: ({ domain }) => hostFrom(domain).ascii,
  plan,
});

type Context = PlanContext<RemoveDomainInput, undefined>;

interface Found {
  readonly domain?: Domain;
  /** The service's file, where there is one that can be read, names the host in its ingress. */
  readonly route?: { readonly path: string; readonly text: string; readonly data: Plain };
}

function plan({ actor, input, world, now }: Context): Plan {
  const { team, service } = input;
  const host = hostFrom(input.domain);
  refuseGenerated(world, input, host);
  const found = find(world, input, host);
  const { domain } = found;
  const isSystem = actor.method === 'system';
  if (isSystem) requireExpired(domain, now);
  // What was never proved has no route of ours: one that is there was written by a person.
  const route = isSystem ? undefined : found.route;
  const file = world.layout.domainFile(host.ascii);
  return {
    changes: [
      ...(domain ? [{ path: file }] : []),
      ...(route
        ? [{ path: route.path, content: editFile(route.path, route.text, unrouteEdits(route.data, host.ascii)) }]
        : []),
    ],
    subject: `remove-domain(${team}/${service}): ${host.ascii}`,
    summary: `${host.ascii} no longer leads to ${team}/${service}${domain ? '' : ' (it was never registered, only written into the file)'}.`,
    warnings: warningsOf(world, input, host, route),
    destroys: destroyed(host, domain, route),
    nextActions: [{ tool: 'mctl_list_domains', arguments: { team }, why: 'see which domains are left' }],
    answer: { domain: host.ascii, domain_unicode: host.unicode },
  };
}

/** @throws Conflict `generated_domain`. */
function refuseGenerated(world: World, { team, service }: RemoveDomainInput, { ascii }: Host): void {
  if (ascii !== generatedHost(world, team, service)) return;
  throw new Conflict(`${ascii} is the generated host of ${team}/${service} and cannot be removed.`, {
    code: 'generated_domain',
    field: 'domain',
    got: ascii,
    fix: 'It goes with the service: mctl_retire_service.',
  });
}

/** @throws NotFound for a host that this service neither registered nor answers for. */
function find(world: World, input: RemoveDomainInput, host: Host): Found {
  const { team, service } = input;
  const registered = readableDomain(world, host.ascii);
  const domain = registered?.team === team && registered.service === service ? registered : undefined;
  const route = routeOf(world, input, host);
  if (domain || route) return { domain, route };
  if (!world.hasService(team, service) && !domainsOf(world, team).domains.some((each) => each.service === service)) {
    throw serviceNotFound(world, team, service);
  }
  throw domainNotFound(world, input, host);
}

/** Undefined where the service is gone or does not name the host. @throws Conflict `unreadable_file`: nobody can tell. */
function routeOf(world: World, { team, service }: RemoveDomainInput, { ascii }: Host): Found['route'] {
  if (!world.service(team, service)) return undefined;
  const text = textOf(world, team, service);
  const data = dataOf(text);
  return ingressHosts(data).includes(ascii) ? { path: world.layout.serviceFile(team, service), text, data } : undefined;
}

/** Names the nearest of the service's own hosts, never of another team. */
export function domainNotFound(
  world: World,
  { team, service, domain }: Pick<RemoveDomainInput, 'team' | 'service' | 'domain'>,
  { ascii }: Host,
): NotFound {
  const hosts = domainsOf(world, team)
    .domains.filter((each) => each.service === service)
    .map((each) => each.host);
  const near = nearest(ascii, hosts);
  return new NotFound(`There is no custom domain ${ascii} of ${team}/${service}.`, {
    code: 'domain_not_found',
    field: 'domain',
    got: domain,
    allowed: near ?? hosts.slice(0, 20),
    fix: near ? `Did you mean ${near.join(' or ')}?` : 'mctl_list_domains lists the domains of your team.',
  });
}

/** Nobody confirmed what MCTL does by itself, and the registration may have been renewed or proved since it was looked at. */
function requireExpired(domain: Domain | undefined, now: Date): void {
  if (domain && isExpired(domain, now)) return;
  throw new Conflict('The registration has not expired, so it was left alone.', { code: 'not_expired' });
}

function warningsOf(world: World, input: RemoveDomainInput, host: Host, route: Found['route']): Warning[] {
  const { team, service } = input;
  const isElsewhere = furtherHosts(dataOf(textOf(world, team, service))).includes(host.ascii);
  const isLast = route && ingressHosts(route.data).every((each) => each === host.ascii);
  return [
    ...(isElsewhere
      ? [
          warning(
            'other_ingress',
            `${host.ascii} also stands in extraIngresses, which somebody wrote by hand; that one stays.`,
          ),
        ]
      : []),
    ...(isLast
      ? [warning('last_host', `${host.ascii} is the only host of ${team}/${service}: its ingress is switched off.`)]
      : []),
    ...(route
      ? [
          warning(
            'dns_left',
            `Remove the DNS records of ${host.ascii} as well: a CNAME that goes on pointing to ${generatedHost(world, team, service)} serves whoever has that name later.`,
          ),
        ]
      : []),
  ];
}

function destroyed({ ascii }: Host, domain: Domain | undefined, route: Found['route']): Destroyed[] {
  return [...(domain ? [{ kind: 'domain', name: ascii }] : []), ...(route ? [{ kind: 'host', name: ascii }] : [])];
}

function warning(code: string, message: string): Warning {
  return { code, message };
}
