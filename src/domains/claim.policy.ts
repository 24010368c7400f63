import { Conflict } from '../platform/errors';

/** What a team's workflow did to a host. */
export interface ClaimEvent {
  readonly kind: 'registered' | 'proved';
  readonly at: Date;
}

/**
 * When the team began to hold the host without proof. From then on it may for one expiry, however often it registers the host anew;
 * for as long again only others may. A proof ends the matter: who owns a host may come back to it at any time.
 * @returns undefined where the team may begin afresh.
 */
export function claimBegan(events: readonly ClaimEvent[], expiryMs: number, now: Date): Date | undefined {
  let began: Date | undefined;
  const isOver = (at: Date): boolean => began === undefined || at.getTime() >= began.getTime() + 2 * expiryMs;
  for (const { kind, at } of [...events].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    if (kind === 'proved') began = undefined;
    else if (isOver(at)) began = at;
  }
  return isOver(now) ? undefined : began;
}

/**
 * Until when a registration made now may wait for its proof.
 * @throws Conflict `domain_cooldown` while the team’s last claim to the host has ended and only others may register it.
 */
export function claimEnd(host: string, events: readonly ClaimEvent[], expiryMs: number, now: Date): Date {
  const began = claimBegan(events, expiryMs, now);
  const end = new Date((began ?? now).getTime() + expiryMs);
  if (end > now) return end;
  const free = new Date(end.getTime() + expiryMs).toISOString();
  throw new Conflict(
    `Your team held ${host} without a proof until ${end.toISOString()}; until ${free} it is for others to register.`,
    {
      code: 'domain_cooldown',
      field: 'domain',
      got: host,
      details: { setting: 'MCTL_DOMAIN_EXPIRY', free_at: free },
      fix: `Register it after ${free}, with the DNS zone at hand to make the record in time; or choose another host.`,
    },
  );
}
