import {
  type ArgumentsHost,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';
import type { SignedRequest } from '../../mcp/call';
import { requestIdOf } from '../via';
import { type Page, pageHeaders } from './page';

/** Writes the page that a route or a filter answers. @returns the body. */
export function preparePage(response: Response, page: Page): string {
  const { status, document, cookie, cookies = [], location } = page;
  response.status(status).set(pageHeaders(page)).type('html');
  if (location !== undefined) response.setHeader('Location', location);
  for (const { name, value, expires, secure, sameSite = 'strict' } of [...(cookie ? [cookie] : []), ...cookies]) {
    response.cookie(name, value, { expires, secure, path: '/', httpOnly: true, sameSite });
  }
  return document?.text ?? '';
}

/** Turns the page that a route answers into a response. */
@Injectable()
export class PageInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<Page>): Observable<string> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(map((page) => preparePage(response, page)));
  }
}

/** Answers with a page in place of what failed, from a filter. The id of the request is for whoever looks into the log. */
export function answerPage(host: ArgumentsHost, page: Page | ((requestId: string) => Page)): void {
  const http = host.switchToHttp();
  const response = http.getResponse<Response>();
  if (response.headersSent) return void response.end();
  const requestId = requestIdOf(http.getRequest<SignedRequest>());
  response.send(preparePage(response, typeof page === 'function' ? page(requestId) : page));
}
