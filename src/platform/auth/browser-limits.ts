import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config';
import { networkOf, siteOf } from './network-of';
import { RateLimited } from './rate-limits';

/** What a whole site may, as a multiple of one of its 65,536 networks: they cost whoever has it nothing. */
const SITE_FACTOR = 4;

/** Requests that anybody can make before we know who they are, per network: to sign in, and to register clients. */
@Injectable()
export class BrowserLimits {
  private readonly requests: RateLimiterMemory;
  private readonly registrations: RateLimiterMemory;
  private readonly siteRegistrations: RateLimiterMemory;

  constructor(@Inject(Config) { values }: Config) {
    this.requests = new RateLimiterMemory({ points: values.oauthRequestsPerMinute, duration: 60 });
    this.registrations = new RateLimiterMemory({ points: values.oauthRegistrationsPerHour, duration: 3_600 });
    this.siteRegistrations = new RateLimiterMemory({
      points: values.oauthRegistrationsPerHour * SITE_FACTOR,
      duration: 3_600,
    });
  }

  /** @throws RateLimited with the seconds to wait. */
  async count({ ip }: Request): Promise<void> {
    await consume(this.requests, networkOf(ip ?? ''), 'requests a minute');
  }

  /** @throws RateLimited */
  async countRegistration({ ip }: Request): Promise<void> {
    await consume(this.registrations, networkOf(ip ?? ''), 'registrations an hour');
    const site = siteOf(ip ?? '');
    if (site !== undefined) await consume(this.siteRegistrations, site, 'registrations an hour');
  }
}

async function consume(limiter: RateLimiterMemory, network: string, what: string): Promise<void> {
  try {
    await limiter.consume(network);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    const isFirst = error.consumedPoints === limiter.points + 1;
    throw new RateLimited(`That is more than ${limiter.points} ${what} from your address.`, seconds, isFirst);
  }
}
