import type { SourceState } from '../platform/cluster';
import type { NextAction } from '../platform/operations/plan';
import type { ServiceInput } from './services.dto';

/** Argo CD's word for a service that needs no further look. */
const HEALTHY = 'Healthy';

/** Where to look after a service's status: nowhere while it is healthy, else at what it says and what others say of it. */
export function afterStatus({ team, service }: ServiceInput, health: string): NextAction[] {
  return health === HEALTHY ? [] : [incidentsOf(team, service), logsOf(team, service)];
}

/** Where to look where there are no logs to read. */
export function afterLogs({ team, service }: ServiceInput, { state }: SourceState): NextAction[] {
  return state === 'ok' ? [] : [incidentsOf(team, service)];
}

function incidentsOf(team: string, service: string): NextAction {
  return { tool: 'mctl_list_incidents', arguments: { team, service }, why: 'what monitoring reports of it' };
}

function logsOf(team: string, service: string): NextAction {
  return { tool: 'mctl_get_service_logs', arguments: { team, service }, why: 'what it says itself' };
}
