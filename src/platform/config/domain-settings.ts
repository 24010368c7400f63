import { resolverAddress } from '../dns/resolver-address';
import { plainSetting } from './setting';
import { duration, durationBetween, integer, list } from './setting-schemas';

const resolvers = list.transform((items, context) =>
  items.map((item) => {
    const address = resolverAddress(item);
    if (address === undefined) {
      context.addIssue('must be a comma list of IP addresses such as 192.0.2.53 or 192.0.2.53:5353');
    }
    return address ?? '';
  }),
);

/** Custom domains and the DNS that proves them: a part of `SETTINGS`. */
export const DOMAIN_SETTINGS = {
  domainExpiry: plainSetting('MCTL_DOMAIN_EXPIRY', durationBetween('1m', '90d'), {
    fallback: '7d',
    help: 'How long a custom domain may wait for its DNS record before its registration goes, from 1m to 90d.',
  }),
  pendingDomains: plainSetting('MCTL_PENDING_DOMAINS', integer(0, 1000), {
    fallback: '10',
    help: 'Most custom domains of one team that may wait for their DNS record at a time.',
  }),
  domainRecheck: plainSetting('MCTL_DOMAIN_RECHECK', duration, {
    fallback: '1h',
    help: 'How often the DNS record of each active custom domain is looked at again, and expired registrations go; 0s = never.',
  }),
  domainFirstPause: plainSetting('MCTL_DOMAIN_FIRST_PAUSE', durationBetween('1s', '1h'), {
    fallback: '15s',
    help: 'Pause before a missing DNS record is looked for the second time, from 1s to 1h. Each further pause is twice as long.',
  }),
  domainLongestPause: plainSetting('MCTL_DOMAIN_LONGEST_PAUSE', durationBetween('1s', '1d'), {
    fallback: '10m',
    help: 'Longest pause between two looks for a DNS record, from 1s to 1d.',
  }),
  dnsResolvers: plainSetting('MCTL_DNS_RESOLVERS', resolvers, {
    fallback: '',
    help: 'DNS servers that proofs of custom domains are looked up at, a comma list of IP or IP:port in this order; empty = those of this machine.',
    example: '192.0.2.53,[2001:db8::53]:5353',
  }),
  dnsTimeout: plainSetting('MCTL_DNS_TIMEOUT', durationBetween('1s', '30s'), {
    fallback: '3s',
    help: 'How long one DNS server may take for one try, from 1s to 30s; each is tried twice.',
  }),
} as const;
