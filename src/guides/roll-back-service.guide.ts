import { callText } from '../platform/mcp';
import type { RollBackServiceArguments } from './guides.dto';
import { guideText, planConfirmWatch } from './loop';

export const ROLL_BACK_TOOLS = [
  'mctl_get_service_config',
  'mctl_list_recent_operations',
  'mctl_rollback_service',
  'mctl_get_workflow_status',
  'mctl_get_service_status',
] as const;

/** How to go back to a tag that has run before. Pure. */
export function rollBackService({ team, service, target_tag }: RollBackServiceArguments): string {
  const named = { team, service };
  const rollback = { ...named, ...(target_tag !== undefined && { target_tag }) };
  const goal = `Take ${team}/${service} back to ${target_tag ?? 'the tag before the current one'}, safely.`;
  return guideText(
    goal,
    [
      `Look. ${callText('mctl_get_service_config', named)}: tag_history, newest first, is what one can go back to. ${callText('mctl_list_recent_operations', { team, limit: 10 })}: what changed since, by whom and why.`,
      `Say from which tag to which this goes, and what goes with it. A rollback changes the image only: settings, secrets and the database stay as they are, so warn where a newer version may have migrated data.`,
      ...planConfirmWatch('mctl_rollback_service', rollback),
      `Check. ${callText('mctl_get_service_status', named)}; report the image that is declared now and its health.`,
    ],
    ['Never roll back to a tag that is not in tag_history.'],
  );
}
