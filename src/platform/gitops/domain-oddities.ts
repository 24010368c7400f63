import { DOMAIN_STATUSES, readDomain } from './domain-file';
import type { Oddity } from './file-problem';
import { isEmpty, misfits, type Shape } from './shape';
import { type Plain, textAt } from './values';

/** Every key that `readDomain` looks at. */
const SHAPE: Shape = {
  host: 'text',
  team: 'text',
  service: 'text',
  status: 'text',
  challenge: 'text',
  createdAt: 'text',
  expiresAt: 'text',
  requestedBy: 'text',
  proof: 'map',
  'proof.method': 'text',
  'proof.at': 'text',
};

/** What is odd about the data of `domains/{host}.yaml`. */
export function domainOddities(host: string, data: Plain): Oddity[] {
  if (isEmpty(data)) return [NO_OWNER];
  const domain = readDomain(host, data);
  return [
    ...misfits(data, SHAPE),
    ...(domain.team && domain.service ? [] : [NO_OWNER]),
    ...otherHost(host, data),
    ...unknownStatus(data),
    ...(domain.status === 'pending' && !domain.expiresAt ? [NO_EXPIRY] : []),
    ...(domain.challenge === undefined ? [NO_CHALLENGE] : []),
  ];
}

const NO_OWNER: Oddity = {
  code: 'no_owner',
  message: 'the file names no team and service, so the host is taken and nobody can use it.',
  fix: 'Write team and service, or remove the file.',
};

const NO_EXPIRY: Oddity = {
  code: 'no_expiry',
  message:
    'it is pending and says no moment in expiresAt, so it goes MCTL_DOMAIN_EXPIRY after createdAt, or at once where that is missing too.',
  fix: 'Write expiresAt, such as 2026-01-31T12:00:00Z, or remove the file.',
};

const NO_CHALLENGE: Oddity = {
  code: 'no_challenge',
  message: 'it has no challenge of 64 hexadecimal digits, so no TXT record can prove this host.',
  fix: 'Remove the domain and add it again.',
};

function otherHost(host: string, data: Plain): Oddity[] {
  if ((textAt(data, 'host') ?? host) === host) return [];
  const message = `host differs from the file’s name; the file’s, ${host}, is what counts here.`;
  return [{ code: 'name_mismatch', message, fix: `Write host: ${host}.` }];
}

function unknownStatus(data: Plain): Oddity[] {
  const status = textAt(data, 'status');
  if (DOMAIN_STATUSES.some((known) => known === status)) return [];
  const message = `status is none of ${DOMAIN_STATUSES.join(', ')}; the domain counts as pending.`;
  return [{ code: 'unknown_status', message, fix: `Write one of: ${DOMAIN_STATUSES.join(', ')}.` }];
}
