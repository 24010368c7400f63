import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { httpStatusOf, NotFound } from '../platform/errors';
import { bodyOf } from '../platform/http/error.filter';
import { answerPage } from '../platform/http/pages';
import { gonePage, problemPage } from './pages';

/** Whoever comes with a browser gets a page, whatever went wrong. */
@Catch()
@Injectable()
export class IntakeErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    if (error instanceof NotFound) return answerPage(host, gonePage());
    answerPage(host, (requestId) => problemPage(httpStatusOf(error), bodyOf(error, requestId)));
  }
}
