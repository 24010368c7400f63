import type { KubernetesObject } from '../../kubernetes';
import type { Operation } from '../../operations/operation';
import { type ArgoStep, entrypoints } from './argo-steps';
import { ID_PARAMETER } from './workflow-manifest';

/** Exit code of a step that is to be tried again (EX_TEMPFAIL of sysexits.h). */
export const COME_AGAIN = 75;
/** Exit code of a step whose operation has ended badly: that is written down, and trying again changes nothing. */
export const ENDED_BADLY = 1;

const STEP = 'step';
const COMMIT = 'commit';
const NOTIFY = 'notify';
/** A step works and waits for ten minutes at most; the rest is for the first reading of a large repository. */
const STEP_SECONDS = 1_200;
const COMMIT_SECONDS = 900;
/** A pod that cannot be scheduled is given up after so long; one that commits sooner, because Argo grants the lock before there is a pod. */
const PENDING_SECONDS = 300;
const COMMIT_PENDING_SECONDS = 120;
const DAY = 86_400;

/** The installation's own: the chart puts its values in their place. */
const IMAGE = 'mctl';
const ACCOUNT = 'mctl-workflow';

/**
 * The ClusterWorkflowTemplate of all operations: an entrypoint for each, one container for each of its steps. What comes from a call is neither in
 * it nor in the Workflows that refer to it: a step learns the id of its operation from its environment and reads the rest from the store.
 */
export function workflowTemplate(operations: readonly Operation[]): KubernetesObject & { spec: object } {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ClusterWorkflowTemplate',
    metadata: { name: 'mctl' },
    spec: {
      entrypoint: operations[0]?.name,
      arguments: { parameters: [{ name: ID_PARAMETER }] },
      onExit: NOTIFY,
      serviceAccountName: ACCOUNT,
      executor: { serviceAccountName: ACCOUNT },
      automountServiceAccountToken: false,
      // A task may wait for days; then MCTL submits the operation again.
      activeDeadlineSeconds: DAY,
      ttlStrategy: { secondsAfterSuccess: 3_600, secondsAfterFailure: DAY, secondsAfterCompletion: DAY },
      podGC: { strategy: 'OnPodSuccess' },
      archiveLogs: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      workflowMetadata: { labels: { 'app.kubernetes.io/name': 'mctl', 'app.kubernetes.io/part-of': 'mctl' } },
      podMetadata: { labels: { 'app.kubernetes.io/name': 'mctl', 'app.kubernetes.io/component': 'step' } },
      templates: [...operations.flatMap(templatesOf), taskTemplate(), commitTemplate(), notifyTemplate()],
    },
  };
}

function templatesOf(operation: Operation): object[] {
  return entrypoints(operation).map(({ name, steps }) => ({ name, steps: steps.map((step) => [stepOf(step)]) }));
}

function stepOf({ name, stage }: ArgoStep): object {
  const isTask = stage === 'prepare' || stage === 'await';
  const parameters = [{ name: 'step', value: name }];
  return { name, template: isTask ? STEP : COMMIT, arguments: { parameters } };
}

function taskTemplate(): object {
  return {
    name: STEP,
    inputs: { parameters: [{ name: 'step' }] },
    activeDeadlineSeconds: STEP_SECONDS,
    pendingTimeout: `${PENDING_SECONDS}s`,
    retryStrategy: retry(20, { duration: '10s', factor: 2, cap: '5m' }),
    container: container(['run-operation'], OPERATION),
  };
}

/**
 * The lock spares pods that push at the same time the race for the branch; it is not what makes commits right. Argo keeps it while it waits for the next
 * try (the node of the retries holds it): so there are few tries here, soon after one another, and the waiting for a remote that is away is MCTL's, which
 * submits the operation again.
 */
function commitTemplate(): object {
  return {
    name: COMMIT,
    inputs: { parameters: [{ name: 'step' }] },
    timeout: `${COMMIT_SECONDS}s`,
    pendingTimeout: `${COMMIT_PENDING_SECONDS}s`,
    synchronization: { mutexes: [{ name: 'mctl-commit' }] },
    retryStrategy: retry(3, { duration: '5s', factor: 2, cap: '30s' }),
    container: container(['run-operation'], OPERATION),
  };
}

/** Also of a Workflow that failed. What it cannot tell, MCTL finds out by itself a little later. */
function notifyTemplate(): object {
  return {
    name: NOTIFY,
    activeDeadlineSeconds: 60,
    pendingTimeout: '60s',
    container: container(
      ['notify-workflow'],
      [
        { name: 'WORKFLOW_NAME', value: '{{workflow.name}}' },
        { name: 'WORKFLOW_PHASE', value: '{{workflow.status}}' },
      ],
    ),
  };
}

const OPERATION = [
  { name: 'OPERATION_ID', value: `{{workflow.parameters.${ID_PARAMETER}}}` },
  { name: 'OPERATION_STEP', value: '{{inputs.parameters.step}}' },
];

function container(args: readonly string[], env: readonly object[]): object {
  return {
    image: IMAGE,
    command: ['mctl'],
    args,
    env,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** Pods that were evicted, killed or never came, and steps that ask for it; not what has ended badly. */
function retry(limit: number, backoff: object): object {
  return {
    limit,
    retryPolicy: 'Always',
    expression: `lastRetry.status == "Error" || asInt(lastRetry.exitCode) != ${ENDED_BADLY}`,
    backoff,
  };
}
