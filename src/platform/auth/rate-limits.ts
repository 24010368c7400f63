import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config';
import { Unavailable } from '../errors';
import type { Actor } from './actor';

/** The caller asks too often. */
export class RateLimited extends Unavailable {
  /** The first refusal of its minute: the one that is audited, or a flood would fill the trail. */
  readonly isFirst: boolean;

  constructor(message: string, seconds: number, isFirst: boolean) {
    super(message, { code: 'rate_limited', fix: `Wait ${seconds} s.`, retryAfterSeconds: seconds });
    this.isFirst = isFirst;
  }
}

/** Calls per user and minute, reads and writes apart. */
@Injectable()
export class RateLimits {
  private readonly reads: RateLimiterMemory;
  private readonly writes: RateLimiterMemory;

  constructor(@Inject(Config) { values }: Config) {
    this.reads = new RateLimiterMemory({ points: values.readsPerMinute, duration: 60 });
    this.writes = new RateLimiterMemory({ points: values.writesPerMinute, duration: 60 });
  }

  /** @throws RateLimited with the seconds to wait. */
  async count({ login }: Actor, kind: 'read' | 'write' | 'destructive'): Promise<void> {
    const limiter = kind === 'read' ? this.reads : this.writes;
    try {
      await limiter.consume(login.toLowerCase());
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      const what = kind === 'read' ? 'reads' : 'writes';
      throw new RateLimited(
        `That is more than ${limiter.points} ${what} a minute.`,
        seconds,
        error.consumedPoints === limiter.points + 1,
      );
    }
  }
}
