import { type CallHandler, type ExecutionContext, HttpStatus, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { type Observable, tap } from 'rxjs';
import type { WriteAnswer } from '../operations/dto';

/**
 * 428 asks for a confirmation (RFC 6585), 202 says that the workflow goes on, 200 that there is nothing to wait for, 409 and 503 that
 * it failed while the caller waited.
 */
@Injectable()
export class WriteStatusInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<WriteAnswer>): Observable<WriteAnswer> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      tap(({ operation, workflow, error }) => {
        if (workflow) response.setHeader('Location', `/api/v1/workflows/${workflow.name}`);
        response.status(httpStatusOfWrite(operation.status, error));
      }),
    );
  }
}

function httpStatusOfWrite(status: string, error: object | undefined): HttpStatus {
  if (status === 'failed') {
    return error && 'retryable' in error && error.retryable === true
      ? HttpStatus.SERVICE_UNAVAILABLE
      : HttpStatus.CONFLICT;
  }
  if (status === 'confirmation_required') return HttpStatus.PRECONDITION_REQUIRED;
  return status === 'submitted' || status === 'running' ? HttpStatus.ACCEPTED : HttpStatus.OK;
}
