import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard as PassportGuard } from '@nestjs/passport';
import { LOCAL_TOKEN } from '../auth/local-token.strategy';
import { MctlError } from '../errors';
import { requestOf } from '../mcp/call';

/**
 * Finds out who asks for details (`?verbose`), on a route that is open to everybody. Without a token nobody is refused: they get what
 * everybody gets. A token that is not valid is refused as everywhere.
 */
@Injectable()
export class DetailsGuard extends PassportGuard(LOCAL_TOKEN) implements CanActivate {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { query, headers } = requestOf(context);
    if ('verbose' in query && headers.authorization !== undefined) await super.canActivate(context);
    return true;
  }

  override handleRequest<User>(error: unknown, user: User | false): User {
    if (error instanceof MctlError) throw error;
    return user || (undefined as User);
  }
}
