import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard as PassportGuard } from '@nestjs/passport';
import { Audit } from '../audit/audit';
import { MctlError, NotAllowed, NotFound } from '../errors';
import { Gitops } from '../gitops';
import { actorOf, rawInputOf, requestOf } from '../mcp/call';
import { OperationStore } from '../operations/operation-store';
import { NAME_PATTERN } from '../operations/arguments.dto';
import { Access } from './access';
import { type AccessRule, OWN_GUARD, PUBLIC, UNCOUNTED } from './access-rule';
import type { Actor } from './actor';
import { AccessRules } from './access-rules';
import { FailedSignIns } from './failed-sign-ins';
import { RateLimited, RateLimits } from './rate-limits';
import { mustHaveScopes } from './scopes';
import { TOKEN_KINDS } from './token-kinds';

/**
 * The one global guard of both doors, closed by default. On HTTP it authenticates; at the route or tool itself it counts, and asks
 * whether the caller's role in the named team suffices. A tool call passes here twice: as HTTP request and as call.
 */
@Injectable()
export class AuthGuard extends PassportGuard([...TOKEN_KINDS]) implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AccessRules) private readonly rules: AccessRules,
    @Inject(Access) private readonly access: Access,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(FailedSignIns) private readonly failures: FailedSignIns,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const target = [context.getHandler(), context.getClass()];
    // Global guards run first: a guard of the route's own decides next.
    if ([PUBLIC, OWN_GUARD].some((key) => this.reflector.getAllAndOverride<unknown>(key, target) !== undefined)) {
      const isCounted = !this.reflector.getAllAndOverride<boolean>(UNCOUNTED, target);
      if (isCounted) await this.limits.countAddress(requestOf(context).ip);
      return true;
    }
    if (context.getType() === 'http') {
      await super.canActivate(context);
      this.limits.hold(actorOf(context), context.switchToHttp().getResponse());
    }
    const rule = this.rules.of(context);
    if (!rule) throw new NotAllowed('This route declares no access, so nobody may use it.', { code: 'undeclared' });
    if (rule !== 'signed-in') await this.admit(context, rule);
    else await this.requireScopes(context);
    return true;
  }

  /** Passport's verdict in our own errors. */
  override handleRequest<User>(error: unknown, user: User | false, _info: unknown, context: ExecutionContext): User {
    if (error || !user) throw error ?? this.failures.unrecognised(requestOf(context));
    return user;
  }

  override getRequest(context: ExecutionContext): unknown {
    return requestOf(context);
  }

  private async admit(context: ExecutionContext, rule: AccessRule): Promise<void> {
    const [actor, input] = [actorOf(context), rawInputOf(context)];
    const team = namedTeam(input);
    try {
      this.rules.mustBeWithin(context, rule);
      mustHaveScopes(actor, rule);
      const kind = isDryRun(input) ? 'read' : rule.kind;
      await this.limits.count(actor, kind);
      await this.requireRole(actor, rule, team);
      // After the role: nobody uses up what a team of others has.
      if (rule.team === 'argument' && team !== undefined) await this.limits.countTeam(actor, team, kind);
    } catch (error) {
      if (rule.kind === 'read') throw error;
      if (error instanceof NotFound && (await this.isRepetition(actor, input))) return;
      const isFlood = error instanceof RateLimited && !error.isFirst;
      if (!isFlood) await this.recordRefusal(actor, rule, team, error);
      throw error;
    }
  }

  /**
   * Scopes of a tool, prompt or resource that is asked for, at the HTTP request around the call: clients ask for more only where the
   * status and the challenge say so, which a result cannot.
   */
  private async requireScopes(context: ExecutionContext): Promise<void> {
    this.rules.mustBeWithin(context, 'signed-in');
    const actor = actorOf(context);
    const call = this.rules.ofCall(requestOf(context));
    // Nobody is sent to a browser for a scope that this connection could never use: the call itself says what bounds it.
    if (!call?.isWithin) return;
    try {
      mustHaveScopes(actor, call.rule);
    } catch (error) {
      if (call.rule.kind !== 'read') await this.recordRefusal(actor, call.rule, namedTeam(call.input), error);
      throw error;
    }
  }

  private async requireRole(actor: Actor, rule: AccessRule, team: string | undefined): Promise<void> {
    // A team that is no name at all is left to the input pipe, which says so without looking anything up.
    if (rule.role === 'admin' || (rule.team === 'argument' && team !== undefined)) {
      this.access.check(await this.gitops.world(), actor, rule, { team });
    }
  }

  /** Whoever deleted a team may ask again with the same key: the first answer stands, though the team is gone. */
  private async isRepetition({ login }: Actor, input: unknown): Promise<boolean> {
    const key =
      typeof input === 'object' && input !== null && 'idempotency_key' in input ? input.idempotency_key : undefined;
    return typeof key === 'string' && (await this.operations.findByKey(login, key)) !== undefined;
  }

  private async recordRefusal(actor: Actor, rule: AccessRule, team: string | undefined, error: unknown): Promise<void> {
    const code = error instanceof MctlError ? error.code : 'internal';
    await this.audit.record({ event: 'refused', operation: rule.name, risk: rule.kind, actor, team, code });
  }
}

/** The team an input names, if it is a name. */
export function namedTeam(input: unknown): string | undefined {
  const team = typeof input === 'object' && input !== null && 'team' in input ? input.team : undefined;
  return typeof team === 'string' && NAME_PATTERN.test(team) ? team : undefined;
}

/** A dry run writes nothing, so it is counted with what writes nothing. */
function isDryRun(input: unknown): boolean {
  const asked = typeof input === 'object' && input !== null && 'dry_run' in input ? input.dry_run : false;
  return asked === true || asked === 'true';
}
