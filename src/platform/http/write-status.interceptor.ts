import { type CallHandler, type ExecutionContext, HttpStatus, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { type Observable, tap } from 'rxjs';
import type { WriteAnswer } from '../operations/dto';

/** 428 asks for a confirmation (RFC 6585), 202 says that the workflow goes on, 200 that there is nothing to wait for. */
@Injectable()
export class WriteStatusInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<WriteAnswer>): Observable<WriteAnswer> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(tap(({ operation: { status } }) => void response.status(httpStatusOfWrite(status))));
  }
}

function httpStatusOfWrite(status: string): HttpStatus {
  if (status === 'confirmation_required') return HttpStatus.PRECONDITION_REQUIRED;
  return status === 'submitted' || status === 'running' ? HttpStatus.ACCEPTED : HttpStatus.OK;
}
