import { callText } from '../platform/mcp';
import type { DeployServiceArguments } from './guides.dto';
import { guideText, planConfirmWatch } from './loop';

export const DEPLOY_TOOLS = [
  'mctl_get_service_status',
  'mctl_list_incidents',
  'mctl_deploy_service',
  'mctl_get_workflow_status',
  'mctl_get_service_logs',
  'mctl_rollback_service',
] as const;

/** How to deploy a tag and see it through. Pure. */
export function deployService({ team, service, image_tag }: DeployServiceArguments): string {
  const named = { team, service };
  const errors = callText('mctl_get_service_logs', { ...named, since: '15m', level: 'error' });
  const incidents = callText('mctl_list_incidents', named);
  return guideText(`Deploy ${image_tag} of ${team}/${service} and see it through.`, [
    `Look. ${callText('mctl_get_service_status', named)} and ${incidents}. Where the service is unhealthy or has an open incident, say so and ask before you go on. Where it runs this tag already, stop.`,
    ...planConfirmWatch('mctl_deploy_service', { action: 'deploy', ...named, image_tag }),
    `Check. ${callText('mctl_get_service_status', named)}, ${incidents} and ${errors}. Report image, health and replicas; say what is unknown because no cluster or log source is connected.`,
    `Where it failed: say why in one sentence, then offer ${callText('mctl_rollback_service', { ...named, dry_run: true })}. Roll back only after a yes.`,
  ]);
}
