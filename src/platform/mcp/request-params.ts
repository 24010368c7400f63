import { ProtocolError, ProtocolErrorCode, specTypeSchemas } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ProtocolRequest } from './protocol-parts';

type Issue = { readonly message: string; readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] };
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
export function checked(request: ProtocolRequest): ProtocolRequest {
  const { method, params = {} } = request;
  if (!isChecked(method)) return request;
  const result = CHECKS[method]['~standard'].validate(params);
  if (result.issues) throw invalid(method, result.issues.map(wordsOf).join('; '));
  const value = result.value as Params;
  // Each of our lists is one page, so that no cursor was ever given; an empty one is a valid one of theirs.
  const isBeyond = method.endsWith('/list') && Boolean(value.cursor);
  if (isBeyond) throw invalid(method, 'cursor: This list is one page. Leave it out');
  return { method, params: value };
}

function wordsOf({ path = [], message }: Issue): string {
  const field = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return `${field || 'params'}: ${message}`;
}

function invalid(method: string, why: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `The parameters of ${method} are not valid. ${why}.`);
}
