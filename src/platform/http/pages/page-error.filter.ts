import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { type ErrorBody, httpStatusOf } from '../../errors';
import { bodyOf } from '../error.filter';
import { documentOf } from './layout';
import { markup } from './markup';
import type { Page } from './page';
import { answerPage } from './send-page';

/** Whoever comes with a browser gets a page, whatever went wrong. */
@Catch()
@Injectable()
export class PageErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    answerPage(host, (requestId) => {
      const body = bodyOf(error, requestId);
      if (body.retry_after_s !== undefined) {
        host.switchToHttp().getResponse<Response>().setHeader('Retry-After', String(body.retry_after_s));
      }
      return faultPage(httpStatusOf(error), body);
    });
  }
}

function faultPage(status: number, { code, message, fix, correlation_id }: ErrorBody): Page {
  const body = markup`<h1>This cannot go on</h1>
<div class="bad" role="alert"><strong>${message}</strong>${fix === undefined ? undefined : markup`<p>${fix}</p>`}</div>
${code === 'sign_in_expired' ? markup`<p><a href="/connect">How to connect</a></p>` : undefined}
<p class="quiet">Should you need help, tell whoever runs MCTL this number: <code>${correlation_id}</code></p>`;
  return { status, ...documentOf({ title: 'Not possible', body }) };
}
