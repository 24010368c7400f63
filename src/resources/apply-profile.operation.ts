import { DEFAULT_PROFILES, type ResourceProfile } from '../platform/config';
import { editFile, type Service } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { Quantity } from '../platform/quantity';
import { lookAt, planChange, requireService, textOf } from '../services';
import { ApplyProfileAnswer, ApplyProfileInput } from './apply-profile.dto';

export const applyResourceProfile = defineOperation({
  name: 'apply-resource-profile',
  tool: 'mctl_apply_openclaw_resource_profile',
  title: 'Apply Resource Profile',
  description:
    'Set CPU and memory of a service to a profile; pods restart. mctl_get_openclaw_sizing_recommendation says which one fits.',
  kind: 'write',
  risk: 'medium',
  role: 'owner',
  idempotent: true,
  input: ApplyProfileInput,
  answer: ApplyProfileAnswer,
  paths: ['services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  plan,
});

function plan({ input, world }: PlanContext<ApplyProfileInput, undefined>): Plan {
  const { team, service: name, profile: wanted } = input;
  const service = requireService(world, team, name);
  const profile = (world.platform.resourceProfiles ?? DEFAULT_PROFILES)[wanted];
  const edits = profileEdits(service, profile);
  const path = world.layout.serviceFile(team, name);
  const { requests, limits } = profile;
  const change = planChange(
    { world, team, service: name, text: editFile(path, textOf(world, team, name), edits) },
    {
      subject: `resources(${team}/${name}): ${wanted}`,
      summary:
        edits.length === 0
          ? `${team}/${name} has the resources of ${wanted} already.`
          : `${team}/${name} gets the resources of ${wanted}: ${requests.cpu} to ${limits.cpu} CPU, ${requests.memory} to ${limits.memory} memory.`,
      warnings: [],
      nextActions: [lookAt(team, name)],
    },
  );
  return { ...change, answer: { ...change.answer, profile: wanted } };
}

/** The edits that give a service a profile. What says the same in other words stays as somebody wrote it, e.g. `1024Mi` for 1Gi. */
export function profileEdits({ resources }: Service, profile: ResourceProfile): YamlEdit[] {
  return (['requests', 'limits'] as const).flatMap((kind) =>
    (['cpu', 'memory'] as const)
      .filter((resource) => !isSame(resources[kind][resource], profile[kind][resource]))
      .map((resource) => ({ path: ['resources', kind, resource], set: profile[kind][resource] })),
  );
}

function isSame(written: string | undefined, wanted: string): boolean {
  const [is, shall] = [Quantity.parse(written ?? ''), Quantity.parse(wanted)];
  return is !== undefined && shall !== undefined && is.compareTo(shall) === 0;
}
