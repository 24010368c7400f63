import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ReadResourceResult } from '@modelcontextprotocol/server';
import type { McpContext } from '@rekog/mcp-nest';
import { map, type Observable } from 'rxjs';
import { Conflict } from '../../errors';
import { spelled } from '../../text/hidden';
import { RESOURCE_DECLARATION, type ResourceDeclaration } from './resource-declaration';

/** Longest document, characters. Clients put it into the model's context whole. */
export const LONGEST_DOCUMENT = 100_000;

/** Gives the answer of a resource's method its protocol form: one JSON document. */
@Injectable()
export class ResourceContents implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  /** @throws Conflict `resource_too_large`: half a document would be none. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<ReadResourceResult> {
    const { access } = this.reflector.get<ResourceDeclaration>(RESOURCE_DECLARATION, context.getHandler());
    const { params } = context.switchToRpc().getContext<McpContext>().mcpRequest as { params: { uri: string } };
    return next.handle().pipe(map((answer: object) => contentsOf(params.uri, answer, access.name)));
  }
}

/** @param tool the one that shows the same. */
export function contentsOf(uri: string, answer: object, tool: string): ReadResourceResult {
  // Before it is JSON: spelled out in there, an escape would be the character again.
  const text = JSON.stringify(spelled(answer));
  if (text.length <= LONGEST_DOCUMENT) return { contents: [{ uri, mimeType: 'application/json', text }] };
  throw new Conflict('This resource is too large to be read whole.', {
    code: 'resource_too_large',
    got: `${text.length} characters`,
    expected: `at most ${LONGEST_DOCUMENT} characters`,
    fix: `Call ${tool}, which shows the same with an end to every list, and says how to see the rest.`,
  });
}
