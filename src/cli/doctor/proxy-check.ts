import { type Check, ok, warning } from './check';

/** Behind a proxy that is not named every caller seems to be the proxy, and one who floods locks all others out. */
export const proxyCheck: Check = {
  name: 'proxy',
  settings: ['MCTL_PUBLIC_URL', 'MCTL_TRUSTED_PROXIES'],
  limitMs: 1_000,
  run({ config }) {
    const { publicUrl, trustedProxies } = config.values;
    if (trustedProxies.length > 0) return ok(`${trustedProxies.join(', ')} may say who calls`);
    // MCTL itself speaks no TLS: where clients use it, something else does.
    if (!publicUrl?.startsWith('https:')) return ok('none: callers are told apart by the address they connect from');
    return warning(
      `${publicUrl} has a proxy in front, and none is trusted: all people share its one address in limits and logs`,
      'Set MCTL_TRUSTED_PROXIES to the addresses that the proxy calls from, e.g. loopback or 10.0.0.0/8.',
    );
  },
};
