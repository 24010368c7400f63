import { type CallToolResult, ProtocolError } from '@modelcontextprotocol/server';
import type { ErrorBody } from '../errors';

/** A refusal that the model can read and act on. Not structured content: that would have to fit the tool's output schema. */
export function toolError(body: ErrorBody): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(body) }] };
}

/** Faults of the protocol itself travel as JSON-RPC errors. */
export function isProtocolError(error: unknown): boolean {
  return error instanceof ProtocolError;
}
