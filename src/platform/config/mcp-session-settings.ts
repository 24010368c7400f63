import { plainSetting } from './setting';
import { durationBetween, integer } from './setting-schemas';

/** Sessions of the 2025 protocol revisions: a part of `SETTINGS`. */
export const MCP_SESSION_SETTINGS = {
  mcpSessions: plainSetting('MCTL_MCP_SESSIONS', integer(0, 100_000), {
    fallback: '0',
    help: 'Most MCP sessions at a time; 0 = none. Only clients before revision 2026-07-28 open one, and only to be asked back in the middle of a call. They live in this process: with several replicas a session must stay on its own.',
  }),
  mcpSessionIdle: plainSetting('MCTL_MCP_SESSION_IDLE', durationBetween('1s', '24h'), {
    fallback: '30m',
    help: 'How long an MCP session lasts without a request, from 1s to 24h.',
  }),
};
