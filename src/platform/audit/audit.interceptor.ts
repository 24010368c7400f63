import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, type Observable, throwError } from 'rxjs';
import type { AccessRule } from '../auth/access-rule';
import { AccessRules } from '../auth/access-rules';
import { namedTeam } from '../auth/auth.guard';
import { MctlError } from '../errors';
import { actorOf, rawInputOf } from '../mcp/call';
import { Audit } from './audit';

/**
 * Records every call of a write that came to nothing, through either door: bad arguments, conflicts, stale plans. What is accepted
 * is recorded by `Operations` in the transaction of its intent, refusals of the guard by the guard (interceptors run after it).
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    @Inject(Audit) private readonly audit: Audit,
    @Inject(AccessRules) private readonly rules: AccessRules,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const rule = this.rules.of(context);
    if (rule === undefined || rule === 'signed-in' || rule.kind === 'read') return next.handle();
    return next
      .handle()
      .pipe(
        catchError((error: unknown) =>
          from(this.record(context, rule, error)).pipe(mergeMap(() => throwError(() => error))),
        ),
      );
  }

  private async record(context: ExecutionContext, rule: AccessRule, error: unknown): Promise<void> {
    await this.audit.record({
      event: 'refused',
      operation: rule.name,
      risk: rule.kind,
      actor: actorOf(context),
      team: namedTeam(rawInputOf(context)),
      code: error instanceof MctlError ? error.code : 'internal',
    });
  }
}
