import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { TOOL_DECLARATION } from './tool.decorators';

/** Gives a tool's answer its protocol form: the data, the same as text, and the error mark where a workflow failed. */
@Injectable()
export class ToolResultInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  /** Prompts and resources pass here too; their answers are protocol already. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const isTool = context.getType() === 'rpc' && this.reflector.get<unknown>(TOOL_DECLARATION, context.getHandler());
    return isTool ? next.handle().pipe(map(toolResultOf)) : next.handle();
  }
}

/** A tool's answer as `tools/call` gives it. */
export function toolResultOf(answer: object): object {
  return {
    content: [{ type: 'text', text: JSON.stringify(answer) }],
    structuredContent: answer,
    ...(isFailed(answer) && { isError: true }),
  };
}

function isFailed(answer: object): boolean {
  return 'operation' in answer && (answer.operation as { status?: unknown } | null)?.status === 'failed';
}
