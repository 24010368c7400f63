import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { ReadResourceResult } from '@modelcontextprotocol/server';
import type { McpContext } from '@rekog/mcp-nest';
import { map, type Observable } from 'rxjs';
import { Conflict } from '../../errors';

/** Longest document, characters. Clients put it into the model's context whole. */
export const LONGEST_DOCUMENT = 100_000;

/** Gives the answer of a resource's method its protocol form: one JSON document. */
@Injectable()
export class ResourceContents implements NestInterceptor {
  /** @throws Conflict `resource_too_large`: half a document would be none. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<ReadResourceResult> {
    const { params } = context.switchToRpc().getContext<McpContext>().mcpRequest as { params: { uri: string } };
    return next.handle().pipe(map((answer: object) => contentsOf(params.uri, answer)));
  }
}

export function contentsOf(uri: string, answer: object): ReadResourceResult {
  const text = JSON.stringify(answer);
  if (text.length <= LONGEST_DOCUMENT) return { contents: [{ uri, mimeType: 'application/json', text }] };
  throw new Conflict('This resource is too large to be read whole.', {
    code: 'resource_too_large',
    got: `${text.length} characters`,
    expected: `at most ${LONGEST_DOCUMENT} characters`,
    fix: 'Use the tools, which answer page by page: mctl_list_services, mctl_list_operations, mctl_list_workflows.',
  });
}
