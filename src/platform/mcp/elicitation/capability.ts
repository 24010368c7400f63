import type { ServerContext } from '@modelcontextprotocol/server';
import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';
import { sessionRequest } from '../mcp-sessions';
import type { ProtocolBinding } from '../protocol-parts';

/** The ways in which a person can be asked. */
export type Mode = 'form' | 'url';

/**
 * Whether a client that declares these capabilities shows such a question. Until 2025-06-18 there were forms only, so that a bare
 * `elicitation: {}` means them still.
 */
export function canElicit(capabilities: unknown, mode: Mode): boolean {
  const elicitation = memberOf(capabilities, 'elicitation');
  if (!isObject(elicitation)) return false;
  const isBare = elicitation.form === undefined && elicitation.url === undefined;
  return isObject(elicitation[mode]) || (mode === 'form' && isBare);
}

/** What the client of this request says of itself: since 2026-07-28 with each request, before that once, at the start of a session. */
export function capabilitiesOf({ era, server }: ProtocolBinding, context: ServerContext): unknown {
  if (era === 'modern') return memberOf(context.mcpReq.envelope, CLIENT_CAPABILITIES_META_KEY);
  // Without a session there is no way back to the client, whatever it says.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only place where what `initialize` declared is kept
  return sessionRequest(context) && server.server.getClientCapabilities();
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
