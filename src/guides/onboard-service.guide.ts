import { callText } from '../platform/mcp';
import type { OnboardServiceArguments } from './guides.dto';
import { guideText, planConfirmWatch } from './loop';

export const ONBOARD_TOOLS = [
  'mctl_get_tenant',
  'mctl_deploy_service',
  'mctl_get_workflow_status',
  'mctl_get_service_status',
] as const;

/** How to bring a new service onto the platform. Pure. */
export function onboardService({ team, service, image, image_tag }: OnboardServiceArguments): string {
  const named = { team, service };
  const onboard = { action: 'onboard', ...named, ...(image && { image }), ...(image_tag && { image_tag }) };
  return guideText(`Onboard the new service ${service} of team ${team}.`, [
    `Look. ${callText('mctl_get_tenant', { team })}: is the name free, does the quota have room?`,
    `Ask the person for what is missing, and add it to the calls below: image and image_tag; where the defaults do not fit, type (web, or worker without a port), port, health_check_path; env, secret_names (names, never values), provision_database.`,
    ...planConfirmWatch('mctl_deploy_service', onboard),
    `If the answer has an intake link, give it to the person: values of secrets are entered there, never here.`,
    `Check. ${callText('mctl_get_service_status', named)}; tell the person the host, and what is still open.`,
  ]);
}
