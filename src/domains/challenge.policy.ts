import { createHmac } from 'node:crypto';

const PREFIX = 'mctl-domain-verification=';

/** What challenges of one team and service are made of. Secret: it stays inside the process. */
export interface ChallengeSeed {
  /** Hexadecimal, 32 bytes. */
  readonly seed: string;
}

/** @param key of this installation, for this purpose alone: who does not have it can neither guess nor derive a challenge. */
export function seedOf(key: Uint8Array, team: string, service: string): ChallengeSeed {
  return {
    seed: createHmac('sha256', key)
      .update(JSON.stringify([team, service]))
      .digest('hex'),
  };
}

/**
 * Another one for each team, service, host and registration: a TXT record that was left in DNS after a domain was given up proves
 * nothing for the next registration, whoever makes it. Pure, so that every planning of one call gives the same.
 * @returns 64 hexadecimal digits.
 */
export function challengeOf({ seed }: ChallengeSeed, host: string, registeredAt: Date): string {
  return createHmac('sha256', seed)
    .update(JSON.stringify([host, registeredAt.toISOString()]))
    .digest('hex');
}

/** Name of the TXT record. Below the host, so that it can stand beside a CNAME. */
export function challengeName(host: string): string {
  return `_mctl-challenge.${host}`;
}

/** Value of the TXT record. */
export function challengeValue(challenge: string): string {
  return `${PREFIX}${challenge}`;
}

/** Whether a TXT string was meant as an answer to some challenge of ours. */
export function isChallengeValue(text: string): boolean {
  return text.trim().startsWith(PREFIX);
}
