import type { Config } from '../../../platform/config';
import { type RightsSettings, WORKFLOW_NAMESPACES } from '../../../platform/kubernetes';

/** The settings about Argo Workflows. */
interface WorkflowSettings extends RightsSettings {
  /** Names of ClusterWorkflowTemplates. */
  readonly argoTemplate?: string;
  readonly buildTemplate?: string;
}

const TEMPLATES = { argoTemplate: 'mctl', buildTemplate: 'mctl-build' } as const;

/** With what stands where nobody has set them. */
export function workflowSettings({ values }: Config): Required<WorkflowSettings> {
  const settings: WorkflowSettings = values;
  return { workflows: 'embedded', ...WORKFLOW_NAMESPACES, ...TEMPLATES, ...settings };
}
