import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard as PassportGuard } from '@nestjs/passport';
import { FailedSignIns } from '../auth/failed-sign-ins';
import { TOKEN_KINDS } from '../auth/token-kinds';
import { requestOf } from '../mcp/call';

/**
 * Finds out who asks for details (`?verbose`), on a route that is open to everybody. Without a token nobody is refused: they get what
 * everybody gets. A token that is not valid is refused as everywhere.
 */
@Injectable()
export class DetailsGuard extends PassportGuard([...TOKEN_KINDS]) implements CanActivate {
  constructor(@Inject(FailedSignIns) private readonly failures: FailedSignIns) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { query, headers } = requestOf(context);
    if ('verbose' in query && headers.authorization !== undefined) await super.canActivate(context);
    return true;
  }

  override handleRequest<User>(error: unknown, user: User | false, _info: unknown, context: ExecutionContext): User {
    if (error || !user) throw error ?? this.failures.unrecognised(requestOf(context));
    return user;
  }
}
