import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { httpStatusOf, Unauthenticated } from '../../errors';
import type { SignedRequest } from '../../mcp/call';
import { bodyOf } from '../error.filter';
import { requestIdOf } from '../via';

/** Git shows its user what a server says only where that is plain text. */
@Catch()
@Injectable()
export class GitErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    // Half an answer cannot be taken back; a client that is cut off knows that it has not got all.
    if (response.headersSent) return void response.destroy();
    const { message, fix, retry_after_s } = bodyOf(error, requestIdOf(http.getRequest<SignedRequest>()));
    if (error instanceof Unauthenticated) response.setHeader('WWW-Authenticate', 'Basic realm="MCTL", charset="UTF-8"');
    if (retry_after_s !== undefined) response.setHeader('Retry-After', String(retry_after_s));
    const text = [message, fix].filter((part) => part !== undefined).join('\n');
    response.status(httpStatusOf(error)).type('text/plain').send(`${text}\n`);
  }
}
