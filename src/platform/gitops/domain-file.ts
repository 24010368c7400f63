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
  /** What the TXT record must hold; undefined where it is none of ours, 64 hexadecimal digits. */
  readonly challenge?: string;
  readonly createdAt?: Date;
  /** Of a pending one; absent = it never goes by itself. */
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
  return {
    host,
    team: textAt(data, 'team') ?? '',
    service: textAt(data, 'service') ?? '',
    status: DOMAIN_STATUSES.find((status) => status === textAt(data, 'status')) ?? 'pending',
    challenge: CHALLENGE_PATTERN.test(challenge) ? challenge : undefined,
    createdAt: momentAt(data, 'createdAt'),
    expiresAt: momentAt(data, 'expiresAt'),
    requestedBy: textAt(data, 'requestedBy'),
    ...(method !== undefined && { proof: { method, at: momentAt(data, 'proof', 'at') } }),
  };
}
