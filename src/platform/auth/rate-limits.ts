import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { Config } from '../config';
import { Unavailable } from '../errors';
import { Store } from '../store';
import type { Actor } from './actor';
import { networkOf } from './network-of';

/** What a team may together, as a multiple of what one of its members may. */
const TEAM_FACTOR = 5;

type Kind = 'read' | 'write' | 'destructive';

/** The caller asks too often. */
export class RateLimited extends Unavailable {
  /** The first refusal of its minute: the one that is audited, or a flood would fill the trail. */
  readonly isFirst: boolean;

  constructor(message: string, seconds: number, isFirst: boolean) {
    super(message, { code: 'rate_limited', fix: `Wait ${seconds} s.`, retryAfterSeconds: seconds });
    this.isFirst = isFirst;
  }
}

/**
 * Calls per user, per team and per address and minute, reads and writes apart, of all replicas together where they share a
 * store; requests without a token, and how many of one user are open at a time, on each.
 */
@Injectable()
export class RateLimits {
  private readonly reads: RateLimiterAbstract;
  private readonly writes: RateLimiterAbstract;
  private readonly teamReads: RateLimiterAbstract;
  private readonly teamWrites: RateLimiterAbstract;
  private readonly open: RateLimiterMemory;
  private readonly held = new Map<string, number>();
  private readonly mostHeld: number;

  constructor(@Inject(Config) { values }: Config, @Inject(Store) store: Pick<Store, 'shared'> = { shared: undefined }) {
    this.reads = limiterOf(store, 'reads', values.readsPerMinute);
    this.writes = limiterOf(store, 'writes', values.writesPerMinute);
    this.teamReads = limiterOf(store, 'team-reads', values.teamReadsPerMinute ?? values.readsPerMinute * TEAM_FACTOR);
    this.teamWrites = limiterOf(
      store,
      'team-writes',
      values.teamWritesPerMinute ?? values.writesPerMinute * TEAM_FACTOR,
    );
    this.open = new RateLimiterMemory({ points: values.openRequestsPerMinute, duration: 60 });
    this.mostHeld = values.callsAtOnce;
  }

  /** @throws RateLimited with the seconds to wait. */
  async count({ login }: Actor, kind: Kind): Promise<void> {
    const limiter = kind === 'read' ? this.reads : this.writes;
    await consume(limiter, login.toLowerCase(), `${kind === 'read' ? 'reads' : 'writes'} a minute`);
  }

  /**
   * Counts a call of somebody who may make it. Administrators are not counted: they must get in when a team floods itself.
   * @throws RateLimited with the seconds to wait.
   */
  async countTeam({ isAdmin }: Actor, team: string, kind: Kind): Promise<void> {
    if (isAdmin) return;
    const limiter = kind === 'read' ? this.teamReads : this.teamWrites;
    await consume(limiter, team, `${kind === 'read' ? 'reads' : 'writes'} a minute by the whole team`);
  }

  /**
   * Counts a request that needs no token, by the network it comes from.
   * @param address `request.ip`. @throws RateLimited with the seconds to wait.
   */
  async countAddress(address: string | undefined): Promise<void> {
    await consume(this.open, networkOf(address ?? ''), 'requests a minute from your address');
  }

  /**
   * Counts a request as open until its response is closed: each one that waits, or whose client does not read, costs memory.
   * @throws RateLimited
   */
  hold({ login }: Actor, response: ServerResponse): void {
    // Whoever hung up meanwhile is not told of again.
    if (response.closed) return;
    const user = login.toLowerCase();
    const before = this.held.get(user) ?? 0;
    if (before >= this.mostHeld) {
      throw new RateLimited(`That is more than ${this.mostHeld} requests at a time.`, 1, true);
    }
    this.held.set(user, before + 1);
    response.once('close', () => this.release(user));
  }

  private release(user: string): void {
    const left = (this.held.get(user) ?? 1) - 1;
    if (left > 0) this.held.set(user, left);
    else this.held.delete(user);
  }
}

/**
 * Takes one point of this key.
 * @param what of the limit, e.g. `reads a minute`. @throws RateLimited with the seconds to wait.
 */
export async function consume(limiter: RateLimiterAbstract, key: string, what: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    const isFirst = error.consumedPoints === limiter.points + 1;
    throw new RateLimited(`That is more than ${limiter.points} ${what}.`, seconds, isFirst);
  }
}

function limiterOf({ shared }: Pick<Store, 'shared'>, keyPrefix: string, points: number): RateLimiterAbstract {
  const limit = { keyPrefix, points, duration: 60 };
  const own = new RateLimiterMemory(limit);
  if (!shared) return own;
  return new RateLimiterPostgres({
    ...limit,
    storeClient: shared.pool.raw,
    storeType: 'pool',
    tableName: 'rate_limits',
    // A migration has made it.
    tableCreated: true,
    // Where the store does not answer each replica counts for itself.
    insuranceLimiter: own,
  });
}
