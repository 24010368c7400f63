import { challengeName, challengeValue } from './challenge.policy';
import type { CertificatePart, CnameRecord, DnsRecord } from './domains.dto';
import { type Host, isApex } from './host.policy';
import type { Expectation } from './proof.policy';
import type { CnameTarget } from './target.policy';

/** The TXT record that proves a host. */
export function challengeRecord({ host, challenge }: Pick<Expectation, 'host' | 'challenge'>): DnsRecord | null {
  if (challenge === undefined) return null;
  return { name: challengeName(host.ascii), type: 'TXT', value: challengeValue(challenge) };
}

/** The record that leads requests for a host to the service. */
export function cnameRecord(host: Host, target: CnameTarget): CnameRecord {
  const notes = [
    ...(target.isAmbiguous
      ? [`${target.name} could be another team’s as well, so a CNAME to it proves nothing: the TXT record is needed.`]
      : []),
    ...(isApex(host)
      ? ['At the top of a zone DNS allows no CNAME: use your provider’s ALIAS or ANAME, and the TXT record as proof.']
      : []),
  ];
  return {
    name: host.ascii,
    type: 'CNAME',
    value: target.name,
    // A name at the top of a zone can have no CNAME, so none can prove it.
    is_proof: !target.isAmbiguous && !isApex(host),
    note: notes.length > 0 ? notes.join(' ') : null,
  };
}

/** @param issuer that the service’s file names; undefined where it asks for no certificate. */
export function certificateOf(issuer: string | undefined, isRouted: boolean): CertificatePart {
  const unknown = 'unknown: no cluster has been asked';
  const reason = !isRouted
    ? 'not asked for yet: the host is not routed'
    : issuer === undefined
      ? `${unknown}, and the service’s file names no issuer`
      : `${unknown}; the manifest asks cert-manager’s issuer ${issuer}`;
  return { ready: isRouted ? null : false, expires_at: null, reason };
}
