import { applyDecorators, type CanActivate, SetMetadata, type Type, UseGuards } from '@nestjs/common';
import type { Role } from '../gitops';

/**
 * What a route or tool asks of its caller. `any`: whoever is signed in, the service filters. A tenant role: at least that role in
 * the team that argument `team` names. `resource`: the service finds the team behind an id and asks `Access` itself.
 */
export interface AccessRule {
  readonly role: Role | 'any' | 'admin';
  readonly team: 'argument' | 'resource' | 'none';
  readonly kind: 'read' | 'write' | 'destructive';
  /** Name in the audit trail of a refused call. */
  readonly name: string;
}

const ACCESS_RULE = 'mctl:access';
const PUBLIC = 'mctl:public';
const OWN_GUARD = 'mctl:own-guard';
const UNCOUNTED = 'mctl:uncounted';

/** Declares who may call. Whatever declares nothing is refused. */
export const Allow = (rule: AccessRule | 'operation-in-path' | 'signed-in') => SetMetadata(ACCESS_RULE, rule);
/** Opens a route to callers without a credential. */
export const Public = () => SetMetadata(PUBLIC, true);
/**
 * Closes a route by a guard of its own instead of a bearer credential, for callers that can have none: a person's browser, a webhook.
 * Only together with the guard, so that no route is open by mistake.
 */
export const GuardedBy = (guard: Type<CanActivate>) => applyDecorators(SetMetadata(OWN_GUARD, guard), UseGuards(guard));

/**
 * Takes an open route out of the limit per address: probes and the scraper, which come from one address and must not fail, and programs
 * that prove a secret and have a limit of their own. All other routes that need no token are counted.
 */
export const Uncounted = () => SetMetadata(UNCOUNTED, true);

export { ACCESS_RULE, OWN_GUARD, PUBLIC, UNCOUNTED };
