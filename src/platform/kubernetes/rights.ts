import { RESOURCES, type Resource } from './resource';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

/** A rule of RBAC that some code of MCTL cannot do without. */
export interface Right {
  /** Empty for the core group. */
  readonly group: string;
  /** As in the path, e.g. `pods`. */
  readonly resource: string;
  readonly subresource?: 'log';
  readonly verbs: readonly Verb[];
  /** Empty = every namespace, and kinds without namespaces. */
  readonly namespace: string;
  /** What MCTL cannot tell or do without it, as the end of a sentence. */
  readonly purpose: string;
}

/** The settings that decide which rights there must be. */
export interface RightsSettings {
  readonly cluster: 'none' | 'kubernetes';
  readonly argocdNamespace: string;
  readonly databaseNamespace: string;
  readonly workflows?: 'embedded' | 'argo';
  /** Where Workflows of operations are submitted. */
  readonly argoNamespace?: string;
  readonly builder: 'none' | 'github' | 'argo';
  /** Where Workflows of builds are submitted. */
  readonly buildNamespace?: string;
}

/** Namespaces where nobody has set others: also those of the chart. */
export const WORKFLOW_NAMESPACES = { argoNamespace: 'mctl', buildNamespace: 'mctl-builds' } as const;

const EVERYWHERE = '';
const FOLLOWED: readonly Verb[] = ['create', 'get', 'list', 'watch', 'patch', 'delete'];

/**
 * The rights of the account that the server runs as, and no more: `mctl doctor` asks for each, the Roles of the chart are compared with them,
 * and `npm run test:cluster` runs as an account that has exactly these. A right that no code uses is a mistake here. Pure.
 */
export function rightsOf(settings: RightsSettings): readonly Right[] {
  if (settings.cluster !== 'kubernetes') return [];
  return [
    ...stateRights(settings),
    ...(settings.workflows === 'argo' ? engineRights(settings) : []),
    ...(settings.builder === 'argo' ? builderRights(settings) : []),
  ];
}

/** The rights of the account that step pods run as: Argo's executor in them reports to its controller. Pure. */
export function stepRights(namespace: string): readonly Right[] {
  return [right(RESOURCES.workflowTaskResult, ['create', 'patch'], namespace, 'how a step of a Workflow ended')];
}

function stateRights({ argocdNamespace, databaseNamespace }: RightsSettings): Right[] {
  return [
    right(RESOURCES.application, ['list', 'watch', 'patch'], argocdNamespace, 'whether Argo CD has applied a commit'),
    right(RESOURCES.pod, ['list'], EVERYWHERE, 'whether pods run'),
    { ...right(RESOURCES.pod, ['get'], EVERYWHERE, 'the logs of pods'), subresource: 'log' },
    right(RESOURCES.event, ['list'], EVERYWHERE, 'events'),
    right(RESOURCES.resourceQuota, ['list'], EVERYWHERE, 'what quotas have left'),
    right(RESOURCES.podMetrics, ['list'], EVERYWHERE, 'the use of CPU and memory'),
    right(RESOURCES.certificate, ['list'], EVERYWHERE, 'whether certificates of domains are issued'),
    right(RESOURCES.externalSecret, ['list'], EVERYWHERE, 'whether secrets are delivered'),
    right(RESOURCES.database, ['get'], databaseNamespace, 'whether databases are there'),
  ];
}

function engineRights({ argoNamespace = WORKFLOW_NAMESPACES.argoNamespace }: RightsSettings): Right[] {
  const purpose = 'operations by Argo Workflows';
  return [
    right(RESOURCES.workflow, FOLLOWED, argoNamespace, purpose),
    ...podRights(argoNamespace, 'logs of operations'),
    right(RESOURCES.clusterWorkflowTemplate, ['get'], EVERYWHERE, purpose),
  ];
}

/** A secret is made for one build and goes with it; nobody needs to read one. */
function builderRights({ buildNamespace = WORKFLOW_NAMESPACES.buildNamespace }: RightsSettings): Right[] {
  return [
    right(RESOURCES.workflow, ['create', 'get', 'patch'], buildNamespace, 'builds of images'),
    right(RESOURCES.secret, ['create', 'delete'], buildNamespace, 'credentials of builds'),
    ...podRights(buildNamespace, 'logs of builds'),
  ];
}

/** Said once more where pods of every namespace can be read already: an installation may take that away. */
function podRights(namespace: string, purpose: string): Right[] {
  return [
    right(RESOURCES.pod, ['list'], namespace, purpose),
    { ...right(RESOURCES.pod, ['get'], namespace, purpose), subresource: 'log' },
  ];
}

function right({ group, plural }: Resource, verbs: readonly Verb[], namespace: string, purpose: string): Right {
  return { group, resource: plural, verbs, namespace, purpose };
}
