import { InvalidInput } from '../platform/errors';
import { type Autoscaling, numberAt, type Service } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import type { Draft } from './service-file';

/** What a call says of autoscaling; only what it names is changed. */
export interface WantedAutoscaling {
  readonly enabled?: boolean;
  readonly min_replicas?: number;
  readonly max_replicas?: number;
  readonly cpu_threshold?: number;
}

export const AUTOSCALING_NUMBERS = ['min_replicas', 'max_replicas', 'cpu_threshold'] as const;

/**
 * Edits of the autoscaling block.
 * @param prefix of the arguments' names in errors, e.g. `autoscaling.`.
 * @param enabledName argument that switches autoscaling on, for the error that says so.
 * @throws InvalidInput for numbers while autoscaling is off, and for more replicas at least than at most.
 */
export function autoscalingEdits(
  current: Pick<Service, 'autoscaling' | 'replicas'>,
  data: unknown,
  wanted: WantedAutoscaling,
  names: { prefix: string; enabled: string },
): Draft {
  const { autoscaling } = current;
  const first = AUTOSCALING_NUMBERS.find((name) => wanted[name] !== undefined);
  if (first !== undefined && wanted.enabled === undefined && !autoscaling.enabled) throw isOff(names, first);
  requireOrder(autoscaling, wanted, names.prefix);
  const { enabled } = wanted;
  const edits = [
    ...(enabled === undefined || enabled === autoscaling.enabled
      ? []
      : [{ path: ['autoscaling', 'enabled'], set: enabled }]),
    ...numberEdits(data, 'minReplicas', wanted.min_replicas),
    ...numberEdits(data, 'maxReplicas', wanted.max_replicas),
    ...numberEdits(data, 'targetCPUUtilizationPercentage', wanted.cpu_threshold),
  ];
  return { edits, warnings: switched(current, enabled) };
}

/** Compared with what the file says, not with what it means: a chart's default may change, a number that somebody gave may not. */
function numberEdits(data: unknown, key: string, wanted: number | undefined): YamlEdit[] {
  const isSaid = wanted === undefined || numberAt(data, 'autoscaling', key) === wanted;
  return isSaid ? [] : [{ path: ['autoscaling', key], set: wanted }];
}

function requireOrder(current: Autoscaling, wanted: WantedAutoscaling, prefix: string): void {
  const { min_replicas, max_replicas } = wanted;
  const least = min_replicas ?? current.minReplicas;
  const most = max_replicas ?? current.maxReplicas;
  const matters = wanted.enabled === true || min_replicas !== undefined || max_replicas !== undefined;
  if (!matters || least <= most) return;
  const isLeast = min_replicas !== undefined;
  const expected = isLeast ? `at most max_replicas, which is ${most}` : `at least min_replicas, which is ${least}`;
  throw new InvalidInput(`min_replicas ${least} is more than max_replicas ${most}.`, {
    field: `${prefix}${isLeast ? 'min_replicas' : 'max_replicas'}`,
    got: String(isLeast ? least : most),
    expected,
    fix: 'Give both min_replicas and max_replicas.',
  });
}

function isOff({ prefix, enabled }: { prefix: string; enabled: string }, field: string): InvalidInput {
  return new InvalidInput(`Autoscaling is off for this service, so ${field} would do nothing.`, {
    code: 'autoscaling_off',
    field: `${prefix}${field}`,
    fix: `Give ${prefix}${enabled}: true as well, or a fixed number of replicas to mctl_scale_service.`,
  });
}

function switched(
  { autoscaling, replicas }: Pick<Service, 'autoscaling' | 'replicas'>,
  enabled: boolean | undefined,
): Warning[] {
  if (enabled === undefined || enabled === autoscaling.enabled) return [];
  const message = enabled
    ? `Autoscaling decides from now on; the fixed number of replicas (${replicas}) has no effect while it is on.`
    : `Autoscaling is switched off; the service goes to its fixed number of replicas (${replicas}).`;
  return [{ code: enabled ? 'replicas_ignored' : 'autoscaling_disabled', message }];
}
