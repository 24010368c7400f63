import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../auth/access';
import type { AccessRule } from '../auth/access-rule';
import type { Actor } from '../auth/actor';
import { RateLimits } from '../auth/rate-limits';
import { mustHaveScopes } from '../auth/scopes';
import { Unauthenticated } from '../errors';
import { ROLES } from '../gitops';
import type { Bounds } from './bounds';
import type { ProtocolBinding } from './protocol-parts';

/** Lists and completions run no method of ours, so no guard sees them: what it would ask is asked here. */
@Injectable()
export class Unguarded {
  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  /** Counts a read and answers. @throws Unauthenticated, InsufficientScope, RateLimited */
  async answer<T>(
    { actor, bounds }: ProtocolBinding,
    name: string,
    work: (actor: Actor, bounds: Bounds) => Promise<T>,
  ): Promise<T> {
    if (!actor) throw new Unauthenticated('A token is needed.');
    mustHaveScopes(actor, { name, kind: 'read' });
    await this.limits.count(actor, 'read');
    return work(actor, bounds);
  }

  /** Which rules some role of the caller opens. A courtesy of lists; the guard decides at the call. */
  async openTo(actor: Actor): Promise<(rule: Pick<AccessRule, 'role'>) => boolean> {
    if (actor.isAdmin) return () => true;
    const levels = (await this.access.teamsOf(actor)).map(({ role }) => ROLES.indexOf(role));
    const best = Math.max(-1, ...levels);
    return ({ role }) => role === 'any' || (role !== 'admin' && ROLES.indexOf(role) <= best);
  }
}
