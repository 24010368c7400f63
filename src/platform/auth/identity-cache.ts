import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../clock';
import { Config } from '../config';
import { KeyedHash } from '../crypto';
import { Unauthenticated } from '../errors';
import type { Identity } from './actor';

/** People at once, with some hundred bytes each. */
const MOST_IDENTITIES = 5_000;
/** Refusals have a room of their own: tokens made up by the thousand push out no good one. */
const MOST_REFUSALS = 1_000;
const REFUSAL_MS = 5_000;

/**
 * Spares requests to an identity provider for at most a minute (`MCTL_IDENTITY_CACHE`), so that a revoked token is refused within that
 * minute. It holds no token: entries are found by a keyed hash. Calls with one token at the same moment share one request.
 */
@Injectable()
export class IdentityCache {
  private readonly hash = new KeyedHash();
  private readonly ttlMs: number;
  private readonly identities: LRUCache<string, Identity>;
  private readonly refusals: LRUCache<string, Unauthenticated>;
  private readonly underWay = new Map<string, Promise<Identity>>();

  constructor(
    @Inject(Config) { values }: Pick<Config, 'values'>,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    const perf = { now: () => clock.now().getTime() };
    this.ttlMs = values.identityCache;
    this.identities = new LRUCache({ max: MOST_IDENTITIES, ttlResolution: 0, perf });
    this.refusals = new LRUCache({ max: MOST_REFUSALS, ttl: REFUSAL_MS, ttlResolution: 0, perf });
  }

  /**
   * What was found out about a token within the last minute; undefined = it must be asked for.
   * @param question what was asked, where a provider can be asked more or less.
   * @throws Unauthenticated where it was refused within the last seconds.
   */
  find(token: string, question: string): Identity | undefined {
    if (this.ttlMs === 0) return undefined;
    const key = this.hash.of(question, token);
    const refusal = this.refusals.get(key);
    if (refusal) throw refusal;
    return this.identities.get(key);
  }

  /** Finds out, once for all who ask at the same moment, and remembers. An outage is not remembered. */
  async ask(token: string, question: string, verify: () => Promise<Identity>): Promise<Identity> {
    if (this.ttlMs === 0) return verify();
    const key = this.hash.of(question, token);
    const shared = this.underWay.get(key);
    if (shared) return shared;
    const asking = this.remember(key, verify).finally(() => this.underWay.delete(key));
    this.underWay.set(key, asking);
    return asking;
  }

  private async remember(key: string, verify: () => Promise<Identity>): Promise<Identity> {
    // The minute begins before the question: whatever the provider learns after its answer comes within it.
    const start = this.clock.now().getTime();
    try {
      const identity = await verify();
      this.identities.set(key, identity, { start, ttl: Math.min(this.ttlMs, lifetime(identity, start)) });
      return identity;
    } catch (error) {
      if (error instanceof Unauthenticated) this.refusals.set(key, error);
      throw error;
    }
  }
}

/** At least a millisecond: to the cache, nothing is for ever. */
function lifetime({ expiresAt }: Identity, now: number): number {
  return expiresAt ? Math.max(1, expiresAt.getTime() - now) : Infinity;
}
