import { momentAt, textAt } from './values';

export const DOMAIN_STATUSES = ['pending', 'verified', 'active', 'failed'] as const;
/** What each means, and what may follow what: `src/domains/status.policy.ts`. */
export type DomainStatus = (typeof DOMAIN_STATUSES)[number];

/** A host that a team has registered for one of its services. */
export interface Domain {
  /** A-labels, as the file is called. */
  readonly host: string;
  /** Empty where the file names none: then nobody reaches it, and the host is taken all the same. */
  readonly team: string;
  readonly service: string;
  readonly status: DomainStatus;
  /** What the file says where nobody knows that status. */
  readonly unknownStatus?: string;
  /** What the TXT record must hold; undefined where it is none of ours, 64 hexadecimal digits. */
  readonly challenge?: string;
  readonly createdAt?: Date;
  /** Of a pending one; absent = one expiry after `createdAt`; without both it has expired. */
  readonly expiresAt?: Date;
  readonly requestedBy?: string;
  /** How and when ownership was proved before the route was made. */
  readonly proof?: { readonly method: string; readonly at?: Date };
}

export const CHALLENGE_PATTERN = /^[0-9a-f]{64}$/;

/** Reads the data of `domains/{host}.yaml`, whoever wrote it. A status that nobody knows counts as `pending`, which routes nothing. */
export function readDomain(host: string, data: unknown): Domain {
  const method = textAt(data, 'proof', 'method');
  const challenge = textAt(data, 'challenge') ?? '';
  const said = textAt(data, 'status') ?? '';
  const status = DOMAIN_STATUSES.find((known) => known === said);
  return {
    host,
    team: textAt(data, 'team') ?? '',
    service: textAt(data, 'service') ?? '',
    status: status ?? 'pending',
    ...(status === undefined && { unknownStatus: said }),
    challenge: CHALLENGE_PATTERN.test(challenge) ? challenge : undefined,
    createdAt: momentAt(data, 'createdAt'),
    expiresAt: momentAt(data, 'expiresAt'),
    requestedBy: textAt(data, 'requestedBy'),
    ...(method !== undefined && { proof: { method, at: momentAt(data, 'proof', 'at') } }),
  };
}

const DEFAULT_EXPIRY_MS = 7 * 86_400_000;

/**
 * A registration that a person wrote without `expiresAt` goes as well, or it would hold the host for ever. Not one that names
 * no owner, nor one that has a proof: a slip in its status must not give it away.
 */
export function withExpiry(domain: Domain, expiryMs = DEFAULT_EXPIRY_MS): Domain {
  const { team, service, status, createdAt, expiresAt, proof } = domain;
  if (!team || !service) return domain;
  if (status !== 'pending' || expiresAt || proof) return domain;
  return { ...domain, expiresAt: new Date(createdAt ? createdAt.getTime() + expiryMs : 0) };
}
