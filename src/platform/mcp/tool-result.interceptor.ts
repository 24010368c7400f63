import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';

/** Gives a tool's answer its protocol form: the data, the same as text, and the error mark where a workflow failed. */
@Injectable()
export class ToolResultInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'rpc') return next.handle();
    return next.handle().pipe(
      map((answer: object) => ({
        content: [{ type: 'text', text: JSON.stringify(answer) }],
        structuredContent: answer,
        ...(isFailed(answer) && { isError: true }),
      })),
    );
  }
}

function isFailed(answer: object): boolean {
  return 'operation' in answer && (answer.operation as { status?: unknown } | null)?.status === 'failed';
}
