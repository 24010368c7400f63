import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { plainSetting } from './setting';
import { domain, integer, list } from './setting-schemas';

/** Names that proxy-addr knows for groups of addresses. */
const PROXY_GROUPS = ['loopback', 'linklocal', 'uniquelocal'];
const LOOPBACK_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** As in a `Host` header: IPv6 in brackets. */
const hosts = list
  .refine(
    (names) => names.every((name) => isIP(name) !== 0 || domain.safeParse(name).success),
    'must be a comma list of host names or addresses, without ports',
  )
  .transform((names) => names.map((name) => (isIPv6(name) ? `[${name.toLowerCase()}]` : name)));

const origins = list.refine(
  (all) => all.every(isOrigin),
  'must be a comma list of origins such as https://app.example.org, http on loopback only, nothing after the host and port',
);

const proxies = list.refine(
  (all) => all.every(isProxy),
  `must be a comma list of addresses, networks such as 10.0.0.0/8, or ${PROXY_GROUPS.join(', ')}; a network needs at least /1`,
);

/** What is configured; empty follows another limit. */
const optionalCount = z.union([z.literal('').transform(() => undefined), integer(1, 1_000_000)]);

/** How requests may come in, and how many: a part of `SETTINGS`. */
export const TRANSPORT_SETTINGS = {
  allowedHosts: plainSetting('MCTL_ALLOWED_HOSTS', hosts, {
    fallback: '',
    help: 'Further names under which MCTL is served, a comma list without ports, e.g. the address that probes use. The host of MCTL_PUBLIC_URL, MCTL_HOST and the loopback names always are; any other Host is refused.',
    example: 'mctl.internal.example.org',
  }),
  allowedOrigins: plainSetting('MCTL_ALLOWED_ORIGINS', origins, {
    fallback: '',
    help: 'Web pages elsewhere that may call MCTL from a browser (CORS), a comma list of exact origins; empty = none. Requests without an Origin are no browser and pass.',
    example: 'https://assistant.example.org',
  }),
  trustedProxies: plainSetting('MCTL_TRUSTED_PROXIES', proxies, {
    fallback: '',
    help: 'Proxies whose X-Forwarded-For is believed for the address of a caller, a comma list of addresses, networks, loopback, linklocal, uniquelocal; empty = none, and all behind one proxy share its address. Name your own proxies only.',
    example: '10.0.0.0/8',
  }),
  maxConnections: plainSetting('MCTL_MAX_CONNECTIONS', integer(10, 100_000), {
    fallback: '1000',
    help: 'Most connections at a time; further ones are closed at once. Bounds open streams and slow clients together.',
  }),
  callsAtOnce: plainSetting('MCTL_CALLS_AT_ONCE', integer(1, 100_000), {
    fallback: '200',
    help: 'Most requests of one user that may be open at a time, streams that wait included; more get 429.',
  }),
  teamReadsPerMinute: plainSetting('MCTL_TEAM_READS_PER_MINUTE', optionalCount, {
    fallback: '',
    help: 'Reads per team and minute, all its members together, administrators aside; empty = five times MCTL_READS_PER_MINUTE.',
  }),
  teamWritesPerMinute: plainSetting('MCTL_TEAM_WRITES_PER_MINUTE', optionalCount, {
    fallback: '',
    help: 'Writes per team and minute, all its members together, administrators aside; empty = five times MCTL_WRITES_PER_MINUTE.',
  }),
  openRequestsPerMinute: plainSetting('MCTL_OPEN_REQUESTS_PER_MINUTE', integer(1, 1_000_000), {
    fallback: '600',
    help: 'Requests per address and minute to what needs no token: sign-in, one-time pages, metadata. Probes and webhooks do not count.',
  }),
} as const;

function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || new URL(text).origin !== text) return false;
  // Neither a parser nor a browser minds a * in a name; it would never match.
  return (text.startsWith('https://') && !text.includes('*')) || LOOPBACK_ORIGIN.test(text);
}

function isProxy(text: string): boolean {
  if (PROXY_GROUPS.includes(text)) return true;
  const [, address = '', bits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  // Whole of the internet as a proxy would let everybody choose their address.
  return family !== 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128)));
}
