import { digestOf } from '../platform/crypto';
import { at, isPlain, listAt, type Plain, textAt, type World } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import { joinedName } from '../services';

/** Longest name of a Kubernetes Secret. */
const LONGEST_NAME = 253;
const SUFFIX = '-tls';
const ISSUER_ANNOTATIONS = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer'];

interface Place {
  readonly world: World;
  readonly team: string;
  readonly service: string;
  /** Data of the service's file. */
  readonly data: Plain;
}

/**
 * Secret that cert-manager keeps the certificate of one host in. The host is in it, so that no two share one (upstream took the first label:
 * `api.a` and `api.b` overwrote each other); no other Secret of a service has a dot in its name.
 */
export function tlsSecretOf(host: string): string {
  const fits = host.length + SUFFIX.length <= LONGEST_NAME;
  return `${fits ? host : digestOf(host)}${SUFFIX}`;
}

/** Edits that make the service's own ingress answer for the host, with a certificate of its own. None where it does already. */
export function routeEdits(place: Place, host: string): YamlEdit[] {
  return [...hostEdits(place, host), ...tlsEdits(place, host), ...issuerEdits(place)];
}

function hostEdits({ data }: Place, host: string): YamlEdit[] {
  if (ingressHosts(data).includes(host)) return [];
  const hosts = at(data, 'ingress', 'hosts');
  const count = Array.isArray(hosts) ? hosts.length : 0;
  return [count > 0 ? { path: ['ingress', 'hosts', count], set: host } : { path: ['ingress', 'hosts'], set: [host] }];
}

function tlsEdits({ world, team, service, data }: Place, host: string): YamlEdit[] {
  const tls = at(data, 'ingress', 'tls');
  const entry = { secretName: tlsSecretOf(host), hosts: [host] };
  if (Array.isArray(tls)) {
    if (tls.some((each) => hostsOfTls(each).includes(host))) return [];
    return [
      tls.length > 0
        ? { path: ['ingress', 'tls', tls.length], set: entry }
        : { path: ['ingress', 'tls'], set: [entry] },
    ];
  }
  // Without a list the chart makes one certificate for all hosts; with one it makes none by itself, so the others must be named.
  const others = ingressHosts(data).filter((each) => each !== host);
  const isSigned = issuerOf(data, world) !== undefined;
  const rest = others.length > 0 && isSigned ? [{ secretName: `${joinedName(team, service)}-tls`, hosts: others }] : [];
  return [{ path: ['ingress', 'tls'], set: [...rest, entry] }];
}

function issuerEdits({ world, data }: Place): YamlEdit[] {
  if (issuerOf(data, world) !== undefined) return [];
  return [{ path: ['ingress', 'annotations', 'cert-manager.io/cluster-issuer'], set: world.platform.clusterIssuer }];
}

/** Who signs the certificates of the ingress; undefined where the file says that nobody does. */
export function issuerOf(data: Plain, world: Pick<World, 'platform'>): string | undefined {
  const annotations = at(data, 'ingress', 'annotations');
  const named = ISSUER_ANNOTATIONS.map((key) => textAt(annotations, key)).find(Boolean);
  if (named !== undefined) return named;
  const issuer = at(data, 'ingress', 'clusterIssuer');
  // Absent = the chart's default, which is that of the platform.
  return issuer === undefined ? world.platform.clusterIssuer : textAt({ issuer }, 'issuer') || undefined;
}

/** Edits that take the host out of the service's own ingress. The last host of an ingress takes the ingress with it. */
export function unrouteEdits(data: Plain, host: string): YamlEdit[] {
  const isLast = ingressHosts(data).every((each) => each === host);
  return [
    ...(isLast ? [{ path: ['ingress', 'enabled'], set: false } satisfies YamlEdit] : []),
    ...withoutHost(data, ['ingress', 'hosts'], host),
    ...withoutSingleHost(data, host),
    ...withoutTls(data, host),
  ];
}

function withoutSingleHost(data: Plain, host: string): YamlEdit[] {
  if (Array.isArray(at(data, 'ingress', 'host'))) return withoutHost(data, ['ingress', 'host'], host);
  return textAt(data, 'ingress', 'host')?.toLowerCase() === host ? [{ path: ['ingress', 'host'], delete: true }] : [];
}

/** From the end, so that the places of those before stay what they are. */
function withoutHost(
  data: unknown,
  path: string[],
  host: string,
  from: readonly (string | number)[] = path,
): YamlEdit[] {
  const entries = listAt(data, ...path).map((entry, index) => ({ entry, index }));
  return entries
    .filter(({ entry }) => hostText(entry) === host)
    .reverse()
    .map(({ index }) => ({ path: [...from, index], delete: true }));
}

function withoutTls(data: Plain, host: string): YamlEdit[] {
  return listAt(data, 'ingress', 'tls')
    .map((entry, index) => ({ entry, index }))
    .filter(({ entry }) => hostsOfTls(entry).includes(host))
    .reverse()
    .flatMap(({ entry, index }): YamlEdit[] => {
      const isAlone = hostsOfTls(entry).every((each) => each === host);
      if (isAlone) return [{ path: ['ingress', 'tls', index], delete: true }];
      return withoutHost(entry, ['hosts'], host, ['ingress', 'tls', index, 'hosts']);
    });
}

/** Hosts of the service's own ingress, lower-case. */
export function ingressHosts(data: Plain): string[] {
  return hostsIn(at(data, 'ingress'));
}

/** Hosts of its further ingresses, which only people write. */
export function furtherHosts(data: Plain): string[] {
  return listAt(data, 'extraIngresses').flatMap(hostsIn);
}

function hostsIn(ingress: unknown): string[] {
  const single = at(ingress, 'host');
  const entries = [...(Array.isArray(single) ? (single as unknown[]) : [single]), ...listAt(ingress, 'hosts')];
  return entries.flatMap((entry) => hostText(entry) ?? []);
}

function hostsOfTls(entry: unknown): string[] {
  return listAt(entry, 'hosts').flatMap((host) => hostText(host) ?? []);
}

/** Upstream files write `{host: …}` as well. */
function hostText(entry: unknown): string | undefined {
  const text = textAt({ entry }, 'entry') ?? (isPlain(entry) ? textAt(entry, 'host') : undefined);
  return text ? text.toLowerCase() : undefined;
}
