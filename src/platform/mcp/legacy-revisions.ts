import type { SignedRequest } from './call';

/**
 * Revisions before 2026-07-28 that are served, the newest first. The SDK would take three older ones as well, whose clients may send
 * batches or open the transport of 2024; here they would find neither.
 */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18'] as const;

const NEWEST = '2026-07-28';
const VERSION_HEADER = 'mcp-protocol-version';

/** Versions are dates, so that they sort as text. */
function isTooOld(version: unknown): version is string {
  return typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version) && version < LEGACY_REVISIONS[1];
}

/** An `initialize` that asks for a revision which is not served asks for the newest instead: that is what a server has to answer then. */
export function agreeOnRevision({ body }: Pick<SignedRequest, 'body'>): void {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { protocolVersion?: unknown } | null };
  if (method !== 'initialize' || typeof params !== 'object' || !params) return;
  if (isTooOld(params.protocolVersion)) params.protocolVersion = LEGACY_REVISIONS[0];
}

/** The answer (of status 400) to a request whose header names a revision from before those that are served; undefined for all others. */
export function refusalOfRevision({ headers, body }: Pick<SignedRequest, 'headers' | 'body'>): object | undefined {
  const version = headers[VERSION_HEADER];
  // `initialize` is where both sides agree on another.
  if (!isTooOld(version) || (body as { method?: unknown } | undefined)?.method === 'initialize') return undefined;
  const id = (body as { id?: unknown } | undefined)?.id ?? null;
  const served = [NEWEST, ...LEGACY_REVISIONS].join(', ');
  const message = `Bad Request: Unsupported protocol version: ${version} (supported versions: ${served})`;
  return { jsonrpc: '2.0', id, error: { code: -32000, message } };
}
