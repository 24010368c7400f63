import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import { TOOL_DECLARATION, type ToolDeclaration } from '../mcp/tool.decorators';
import { MctlError } from '../errors';
import { toolCalls, toolSeconds } from './instruments';

/** Counts and times tool calls; HTTP requests are timed by the middleware, which also sees those that reach no route. */
@Injectable()
export class MetricsInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const tool = this.reflector.get<ToolDeclaration | undefined>(TOOL_DECLARATION, context.getHandler());
    if (context.getType() !== 'rpc' || !tool) return next.handle();
    const stop = toolSeconds.startTimer({ tool: tool.name });
    const count = (outcome: string): void => {
      toolCalls.inc({ tool: tool.name, outcome });
      stop();
    };
    return next.handle().pipe(
      tap({
        next: () => count('ok'),
        error: (error: unknown) => count(error instanceof MctlError ? error.code : 'internal'),
      }),
    );
  }
}
