import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { cutAnswer, type SchemaClass } from '../schema';
import { spelled } from '../text/hidden';
import { TOOL_DECLARATION, type ToolDeclaration } from './tool.decorators';

/**
 * Gives a tool's answer its protocol form: the data, the same as text, and the error mark where a workflow failed. Whatever the door,
 * no answer leaves with a character that its reader would not see.
 */
@Injectable()
export class ToolResultInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  /** Prompts and resources pass here too, whose answers are protocol already, and those of REST. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const declaration =
      context.getType() === 'rpc'
        ? this.reflector.get<ToolDeclaration | undefined>(TOOL_DECLARATION, context.getHandler())
        : undefined;
    return next
      .handle()
      .pipe(
        map((answer: unknown) => (declaration ? toolResultOf(answer as object, declaration.answer) : spelled(answer))),
      );
  }
}

/**
 * A tool's answer as `tools/call` gives it.
 * @param type the answer's class: by it, long lists have an end.
 */
export function toolResultOf(given: object, type?: SchemaClass): object {
  const answer = spelled(type ? cutAnswer(type, given) : given);
  return {
    content: [{ type: 'text', text: JSON.stringify(answer) }],
    structuredContent: answer,
    ...(isFailed(answer) && { isError: true }),
  };
}

function isFailed(answer: object): boolean {
  return 'operation' in answer && (answer.operation as { status?: unknown } | null)?.status === 'failed';
}
