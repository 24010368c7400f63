import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import { type ErrorBody, MctlError, NotFound, Unavailable } from '../errors';

/** A refusal that the model can read and act on. Not structured content: that would have to fit the tool's output schema. */
export function toolError(body: ErrorBody): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(body) }] };
}

/** Code of a refusal in the form above; undefined for whatever else a tool answered. */
export function errorCodeOf({ isError, content }: CallToolResult): string | undefined {
  const [first] = content;
  if (isError !== true || first?.type !== 'text') return undefined;
  try {
    return (JSON.parse(first.text) as Partial<ErrorBody> | null)?.code;
  } catch {
    return undefined;
  }
}

/**
 * The same for what is no tool call and so has no result to carry it; callers tell their own mistakes by the code. Clients show the
 * message only, so it holds the fix as well.
 * @param uri of the resource that was read. One that is not found has nothing but the URI as its data: by that clients know it.
 */
export function refusal(error: unknown, body: ErrorBody, uri?: string): ProtocolError {
  const message = [body.message, body.fix].filter(Boolean).join(' ');
  if (uri !== undefined && error instanceof NotFound) return new ResourceNotFoundError(uri, message);
  const isTheirs = error instanceof MctlError && !(error instanceof Unavailable);
  return new ProtocolError(isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, message, body);
}

/** Faults of the protocol itself travel as JSON-RPC errors. */
export function isProtocolError(error: unknown): boolean {
  return error instanceof ProtocolError;
}
