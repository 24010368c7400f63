import { NotAllowed } from '../errors';
import type { AccessRule } from './access-rule';
import type { Actor } from './actor';
import { type Scope, SCOPES } from './scope-names';

export { type Scope, SCOPES };

/** The part of the platform that a rule's name (operation, or tool that reads) belongs to. Reads that are not named need the basic scope. */
export const SCOPE_OF: Readonly<Record<string, Scope>> = {
  mctl_get_service_logs: 'logs:read',
  'deploy-service': 'service:deploy',
  'rollback-service': 'service:deploy',
  'create-preview': 'service:deploy',
  'start-openclaw': 'service:deploy',
  'deploy-openclaw': 'service:deploy',
  'scale-service': 'service:config',
  'apply-resource-profile': 'service:config',
  'retire-service': 'service:delete',
  'delete-preview': 'service:delete',
  'provision-database': 'db:create',
  'add-custom-domain': 'domain:write',
  'remove-custom-domain': 'domain:write',
  'secret-intake': 'secret:write',
  'acknowledge-incident': 'incident:ack',
  'resolve-incident': 'incident:ack',
  'grant-repo-access': 'repo:access',
  'sync-repos': 'repo:access',
  'create-tenant': 'tenant:admin',
  'delete-tenant': 'tenant:admin',
};

type Rule = Pick<AccessRule, 'name' | 'kind'>;

/** What a call needs, all at once: whoever writes must see what comes of it. */
export function scopesFor({ name, kind }: Rule): readonly Scope[] {
  const part = SCOPE_OF[name] ?? COARSE[kind];
  return kind === 'read' ? [part] : ['platform:read', part];
}

/** The coarse scope of each kind of call; it stands for every part of the platform. */
const COARSE = { read: 'platform:read', write: 'platform:write', destructive: 'platform:destroy' } as const;
const LADDER: readonly Scope[] = [COARSE.read, COARSE.write, COARSE.destructive];

/** All that a token lacks for a call; empty = nothing, or it is of a kind without bounds. */
export function missingScopes({ scopes }: Pick<Actor, 'scopes'>, rule: Rule): readonly Scope[] {
  if (scopes === undefined) return [];
  return scopesFor(rule).filter((scope) => !isGranted(scopes, scope, rule));
}

function isGranted(granted: readonly string[], scope: Scope, { kind }: Rule): boolean {
  // Logs hold what services wrote: seeing the platform does not include them, being allowed to change it does.
  const least = scope === 'platform:read' ? 0 : Math.max(1, LADDER.indexOf(COARSE[kind]));
  return granted.includes(scope) || LADDER.slice(least).some((coarse) => granted.includes(coarse));
}

/** The token was given for less than this call needs. Both doors answer 403, with a challenge. */
export class InsufficientScope extends NotAllowed {
  /**
   * What to ask for instead: all that the call needs, and all that the token has. Clients put it in the place of what they asked for
   * before (MCP 2025-11-25, scope selection), and would otherwise lose one part with each part that they gain.
   */
  readonly wanted: readonly string[];

  constructor(missing: readonly Scope[], granted: readonly string[], rule: Rule) {
    super(`Your token was not given for this: ${missing.join(' ')} is missing.`, {
      code: 'insufficient_scope',
      expected: scopesFor(rule).join(' '),
      fix: 'Sign in again and allow it; your client can ask for it by itself.',
    });
    this.wanted = [...new Set([...granted, ...scopesFor(rule)])];
  }
}

/** @throws InsufficientScope */
export function mustHaveScopes(actor: Pick<Actor, 'scopes'>, rule: Rule): void {
  const missing = missingScopes(actor, rule);
  if (missing.length > 0) throw new InsufficientScope(missing, actor.scopes ?? [], rule);
}
