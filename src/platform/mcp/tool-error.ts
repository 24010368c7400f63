import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ErrorBody } from '../errors';

/** A refusal that the model can read and act on. Not structured content: that would have to fit the tool's output schema. */
export function toolError(body: ErrorBody): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(body) }] };
}

/** The same for what is no tool call and so has no result to carry it. */
export function protocolError(body: ErrorBody): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InternalError, body.message, body);
}

/** Faults of the protocol itself travel as JSON-RPC errors. */
export function isProtocolError(error: unknown): boolean {
  return error instanceof ProtocolError;
}
