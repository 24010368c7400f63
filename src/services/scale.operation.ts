import { InvalidInput } from '../platform/errors';
import { editFile, type Service } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan, Warning } from '../platform/operations/plan';
import { lookAt, planChange } from './change-plan';
import { requireService } from './name.policy';
import { ScaleServiceInput, ServiceChangeAnswer } from './operations.dto';
import { AUTOSCALING_NUMBERS, autoscalingEdits, type WantedAutoscaling } from './scaling.edits';
import { dataOf, type Draft, joinDrafts, textOf } from './service-file';

export const scaleService = defineOperation({
  name: 'scale-service',
  tool: 'mctl_scale_service',
  title: 'Scale Service',
  description:
    'Set a fixed number of replicas (0 stops the service), or autoscaling by CPU. Refused with the numbers when the quota has no room.',
  kind: 'write',
  risk: 'low',
  role: 'developer',
  idempotent: true,
  input: ScaleServiceInput,
  answer: ServiceChangeAnswer,
  paths: ['services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  plan,
});

function plan({ input, world }: PlanContext<ScaleServiceInput, undefined>): Plan {
  const { team, service: name, replicas } = input;
  const service = requireService(world, team, name);
  const wanted = wantedOf(input);
  refuseNothingOrBoth(input, wanted);
  const text = textOf(world, team, name);
  const draft = scalingDraft(service, dataOf(text), replicas, wanted);
  const after = replicas === undefined ? autoscalingWords(service, wanted) : count(replicas);
  return planChange(
    { world, team, service: name, text: editFile(world.layout.serviceFile(team, name), text, draft.edits) },
    {
      subject: `scale(${team}/${name}): ${after}`,
      summary: `${team}/${name} goes to ${after}${replicas === undefined || !service.autoscaling.enabled ? '' : '; autoscaling goes off'}.`,
      warnings: [...draft.warnings, ...stopped(replicas)],
      nextActions: [lookAt(team, name)],
      sizedBy: replicas === undefined ? 'max_replicas' : 'replicas',
    },
  );
}

function wantedOf({
  autoscaling_enabled,
  min_replicas,
  max_replicas,
  cpu_threshold,
}: ScaleServiceInput): WantedAutoscaling {
  return { enabled: autoscaling_enabled, min_replicas, max_replicas, cpu_threshold };
}

function refuseNothingOrBoth({ replicas }: ScaleServiceInput, wanted: WantedAutoscaling): void {
  const { enabled } = wanted;
  const number = AUTOSCALING_NUMBERS.find((name) => wanted[name] !== undefined);
  if (replicas === undefined && enabled === undefined && number === undefined) throw nothingNamed();
  // Numbers beside a plain no are kept for later; beside nothing, or a yes, they contradict the fixed number.
  const contradiction = enabled === true ? 'autoscaling_enabled' : enabled === undefined ? number : undefined;
  if (replicas === undefined || contradiction === undefined) return;
  throw new InvalidInput(`replicas and ${contradiction} contradict each other.`, {
    field: contradiction,
    expected: 'either replicas, or autoscaling with min_replicas and max_replicas',
    fix: 'Leave one of the two out.',
  });
}

function nothingNamed(): InvalidInput {
  return new InvalidInput('The call names nothing to change.', {
    code: 'nothing_to_change',
    expected: 'at least one of: replicas, autoscaling_enabled, min_replicas, max_replicas, cpu_threshold',
    fix: 'Give replicas, or autoscaling_enabled: true with min_replicas and max_replicas.',
  });
}

const NAMES = { prefix: '', enabled: 'autoscaling_enabled' };

/** A fixed number means that autoscaling does not decide. */
function scalingDraft(service: Service, data: unknown, replicas: number | undefined, wanted: WantedAutoscaling): Draft {
  if (replicas === undefined) return autoscalingEdits(service, data, wanted, NAMES);
  const edits: YamlEdit[] = [{ path: ['replicaCount'], set: replicas }];
  const off = autoscalingEdits({ ...service, replicas }, data, { ...wanted, enabled: false }, NAMES);
  return joinDrafts({ edits, warnings: [] }, off);
}

function count(replicas: number): string {
  return `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
}

function autoscalingWords({ autoscaling, replicas }: Service, { enabled, ...wanted }: WantedAutoscaling): string {
  if (!(enabled ?? autoscaling.enabled)) return `${count(replicas)}, autoscaling off`;
  const least = wanted.min_replicas ?? autoscaling.minReplicas;
  const most = wanted.max_replicas ?? autoscaling.maxReplicas;
  return `${least} to ${most} replicas at ${wanted.cpu_threshold ?? autoscaling.cpuThreshold}% CPU`;
}

function stopped(replicas: number | undefined): Warning[] {
  if (replicas !== 0) return [];
  return [{ code: 'service_stopped', message: 'With 0 replicas the service is stopped: nobody answers at its host.' }];
}
