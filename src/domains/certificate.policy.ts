import type { CertificateState } from '../platform/cluster';
import type { CertificatePart } from './domains.dto';

/**
 * What cert-manager says of a routed host, in words of ours: its messages hold text of servers that anybody may run.
 * @param host A-labels, lower case.
 */
export function certificateFor(host: string, certificates: readonly CertificateState[]): CertificatePart {
  const own = certificates.filter(({ hosts }) => hosts.some((each) => covers(each, host)));
  const found = own.find(({ isReady }) => isReady === true) ?? own[0];
  if (!found) return { ready: false, expires_at: null, reason: 'the cluster has no Certificate for this host' };
  const { isReady, word, expiresAt = null } = found;
  const said = word === undefined ? '' : ` (${word})`;
  if (isReady === true) return { ready: true, expires_at: expiresAt, reason: `cert-manager has issued it${said}` };
  if (isReady === false) {
    return { ready: false, expires_at: expiresAt, reason: `cert-manager has not issued it${said}` };
  }
  return { ready: null, expires_at: expiresAt, reason: 'cert-manager has not looked at it yet' };
}

/** A wildcard stands for exactly one label (RFC 6125, 6.4.3). */
function covers(name: string, host: string): boolean {
  if (!name.startsWith('*.')) return name === host;
  return host.slice(host.indexOf('.') + 1) === name.slice(2);
}
