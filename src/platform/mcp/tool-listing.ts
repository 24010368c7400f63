import type { Tool } from '@modelcontextprotocol/server';
import { listedAnswerOf, listedInputOf } from '../schema';
import type { ToolDeclaration } from './tool.decorators';

/**
 * A tool as `tools/list` shows it, in few words (docs/tools-budget.md); built once, never per request. All four hints are set: the protocol's
 * defaults are pessimistic.
 */
export function listingOf({ name, title, description, input, answer, access, idempotent }: ToolDeclaration): Tool {
  return {
    name,
    title,
    description,
    inputSchema: listedInputOf(input) as Tool['inputSchema'],
    outputSchema: listedAnswerOf(answer),
    annotations: {
      readOnlyHint: access.kind === 'read',
      destructiveHint: access.kind === 'destructive',
      idempotentHint: idempotent,
      openWorldHint: false,
    },
  };
}
