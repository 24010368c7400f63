import { ProtocolError, ProtocolErrorCode, specTypeSchemas } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ProtocolRequest } from './protocol-parts';

type Params = Readonly<Record<string, unknown>>;

/** What the parameters of a method must be, by the specification. */
const CHECKS = {
  'tools/list': specTypeSchemas.PaginatedRequestParams,
  'prompts/list': specTypeSchemas.PaginatedRequestParams,
  'resources/list': specTypeSchemas.PaginatedRequestParams,
  'resources/templates/list': specTypeSchemas.PaginatedRequestParams,
  'tools/call': specTypeSchemas.CallToolRequestParams,
  'prompts/get': specTypeSchemas.GetPromptRequestParams,
  'resources/read': specTypeSchemas.ReadResourceRequestParams,
  'completion/complete': specTypeSchemas.CompleteRequestParams,
} as const;

/** For the SDK: it would answer -32603 to what its own check of a known method refuses. */
const ANY = { params: z.looseObject({}) };

function isChecked(method: string): method is keyof typeof CHECKS {
  return Object.hasOwn(CHECKS, method);
}

/** What the SDK is to check of a method's parameters; undefined where it should do so in its own way. */
export function schemasFor(method: string): typeof ANY | undefined {
  return isChecked(method) ? ANY : undefined;
}

/**
 * @returns the request as the specification reads it; as it is where the method is not one of ours.
 * @throws ProtocolError -32602 that names each parameter which is wrong.
 */
export async function checked(request: ProtocolRequest): Promise<ProtocolRequest> {
  const { method, params = {} } = request;
  if (!isChecked(method)) return request;
  const result = await CHECKS[method]['~standard'].validate(params);
  if (result.issues) throw invalid(method, result.issues.map(wordsOf).join('; '));
  const value = result.value as Params;
  // Each of our lists is one page, so that no cursor was ever given; an empty one is a valid one of theirs.
  if (method.endsWith('/list') && value.cursor)
    throw invalid(method, 'cursor: This list gives no cursor. Call without');
  return { method, params: value };
}

function wordsOf({ path = [], message }: { path?: readonly unknown[]; message: string }): string {
  const field = path.map((part) => (typeof part === 'object' ? String((part as { key: unknown }).key) : String(part)));
  return `${field.join('.') || 'params'}: ${message}`;
}

function invalid(method: string, why: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `The parameters of ${method} are not valid. ${why}.`);
}
