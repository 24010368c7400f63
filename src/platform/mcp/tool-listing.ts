import type { Tool } from '@modelcontextprotocol/server';
import { jsonSchemaOf } from '../schema';
import type { ToolDeclaration } from './tool.decorators';

/** A tool as `tools/list` shows it; built once, never per request. All four hints are set: the protocol's defaults are pessimistic. */
export function listingOf({ name, title, description, input, answer, access, idempotent }: ToolDeclaration): Tool {
  return {
    name,
    title,
    description,
    inputSchema: jsonSchemaOf(input, 'input') as Tool['inputSchema'],
    outputSchema: jsonSchemaOf(answer, 'output'),
    annotations: {
      readOnlyHint: access.kind === 'read',
      destructiveHint: access.kind === 'destructive',
      idempotentHint: idempotent,
      openWorldHint: false,
    },
  };
}
