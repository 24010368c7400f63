import type { Service, World } from '../platform/gitops';
import type { NextAction, Plan, Warning } from '../platform/operations/plan';
import type { ServiceChangeAnswer } from './operations.dto';
import { checkQuota } from './quota.policy';
import { changedKeys, dataOf } from './service-file';
import { hostOf, imageText } from './service-view';

export interface FileEdit {
  readonly world: World;
  readonly team: string;
  readonly service: string;
  /** Whole new text of the service's file. */
  readonly text: string;
}

export interface Words {
  readonly subject: string;
  readonly summary: string;
  readonly warnings: readonly Warning[];
  readonly nextActions: readonly NextAction[];
  readonly reverts?: string;
  /** Argument by which the call says how many replicas there are, for the error where they do not fit. */
  readonly sizedBy?: string;
}

/**
 * The plan of everything that writes one service's file: the change, what it means key by key, and whether the quota has room.
 * @throws Conflict `quota_exceeded`.
 */
export function planChange({ world, team, service, text }: FileEdit, { sizedBy, ...words }: Words): Plan {
  const path = world.layout.serviceFile(team, service);
  const after = world.with([{ path, content: text }]);
  const warnings = checkQuota({ before: world, after }, team, service, sizedBy);
  const answer = {
    ...addressOf(after.service(team, service), world),
    changed: changedKeys(dataOf(world.text(path) ?? ''), dataOf(text)),
  } satisfies Partial<ServiceChangeAnswer>;
  return {
    changes: [{ path, content: text }],
    destroys: [],
    ...words,
    warnings: [...words.warnings, ...warnings],
    answer,
  };
}

/** The calls that show whether a change arrived. */
export function lookAt(team: string, service: string): NextAction {
  return {
    tool: 'mctl_get_service_status',
    arguments: { team, service },
    why: 'see the declared state, and sync and health where a cluster is connected',
  };
}

function addressOf(service: Service | undefined, world: World): Pick<ServiceChangeAnswer, 'url' | 'host' | 'image'> {
  const host = service ? hostOf(service, world) : null;
  return { url: host && `https://${host}`, host, image: service ? imageText(service) : null };
}
