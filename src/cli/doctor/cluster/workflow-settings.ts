import type { Config } from '../../../platform/config';
import { type RightsSettings, WORKFLOW_NAMESPACES } from '../../../platform/kubernetes';

/** The settings about Argo Workflows, with what stands where nobody has set them. */
export function workflowSettings({ values }: Config): Required<RightsSettings> {
  const settings: RightsSettings = values;
  return { workflows: 'embedded', ...WORKFLOW_NAMESPACES, ...settings };
}
