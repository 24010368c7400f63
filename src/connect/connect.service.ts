import { Inject, Injectable } from '@nestjs/common';
import { IdentityService, type WhoamiAnswer } from '../identity';
import type { Actor, Via } from '../platform/auth/actor';
import { RateLimits } from '../platform/auth/rate-limits';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { MctlError } from '../platform/errors';
import { isStale, type Person } from '../platform/sign-in/person';

/** What `mctl_whoami` has answered, or why it has not. */
export type Whoami = { readonly answer: WhoamiAnswer } | { readonly problem: MctlError };

/** Asks on behalf of whoever is signed in with a browser. */
@Injectable()
export class ConnectService {
  constructor(
    @Inject(IdentityService) private readonly identity: IdentityService,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The caller that this person's assistant would be; undefined where they must sign in again for what was said of them to count. */
  actorOf(person: Person, via: Via): Actor | undefined {
    if (isStale(person, this.config, this.clock.now())) return undefined;
    const { login, email, teams, teamsUnknown, via: method } = person;
    return { login, email, method, teams, teamsUnknown, isAdmin: this.config.isAdmin(login), via };
  }

  /** As the tool answers, and counted like a call of it. The page is there in any case: whoever cannot be told says why. */
  async whoami(actor: Actor): Promise<Whoami> {
    try {
      await this.limits.count(actor, 'read');
      return { answer: await this.identity.whoami(actor) };
    } catch (error) {
      if (!(error instanceof MctlError)) throw error;
      return { problem: error };
    }
  }
}
