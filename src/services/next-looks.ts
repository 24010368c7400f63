import type { NextAction } from '../platform/operations/plan';
import type { ServiceInput } from './services.dto';

/** Argo CD's word for a service that needs no further look. */
const HEALTHY = 'Healthy';

/** Where to look after a service's status: nowhere while it is healthy, else at what it says and what others say of it. */
export function afterStatus({ team, service }: ServiceInput, health: string): NextAction[] {
  if (health === HEALTHY) return [];
  return [
    { tool: 'mctl_list_incidents', arguments: { team, service }, why: 'what monitoring reports of it' },
    { tool: 'mctl_get_service_logs', arguments: { team, service }, why: 'what it says itself' },
  ];
}
