import type { World } from '../../platform/gitops';
import { NAME_PATTERN } from '../../platform/operations/arguments.dto';

export interface Owner {
  /** Undefined = no team is known for it. */
  readonly team?: string;
  readonly service?: string;
}

export interface OwnerLabels {
  readonly alertTeamLabels: readonly string[];
  readonly alertServiceLabels: readonly string[];
}

type Places = Pick<World, 'hasTenant' | 'hasService'>;
type Labels = Readonly<Record<string, string>>;

/** Previews of a team run in a namespace of that name (chart `tenant`). */
const PREVIEW_NAMESPACE = /^(.+)-preview$/;
/** Most parts that follow a service's name in the name of a pod: a preview's id, the ReplicaSet's hash, the pod's own. */
const POD_PARTS = 3;

/** Whose an alert is: the first label that names a team we have, then the first that leads to a service of that team. */
export function ownerOf(labels: Labels, world: Places, names: OwnerLabels): Owner {
  const team = firstOf(names.alertTeamLabels, labels, (value) => teamOf(value, world));
  if (team === undefined) return {};
  const service = firstOf(names.alertServiceLabels, labels, (value, name) =>
    candidates(value, name, team).find((each) => NAME_PATTERN.test(each) && world.hasService(team, each)),
  );
  return { team, ...(service !== undefined && { service }) };
}

function teamOf(value: string, world: Places): string | undefined {
  const names = [value, PREVIEW_NAMESPACE.exec(value)?.[1] ?? ''];
  return names.find((name) => NAME_PATTERN.test(name) && world.hasTenant(name));
}

/** Names of a service that a label may stand for: its own, that of its Argo CD application or Deployment, that of a pod of it. */
function candidates(value: string, label: string, team: string): string[] {
  const words = value.split('-');
  const isPod = /(^|_)pod(_name)?$/.test(label);
  const names = isPod
    ? Array.from({ length: POD_PARTS + 1 }, (_, cut) => words.slice(0, words.length - cut).join('-'))
    : [value];
  const prefixes = ['', `${team}-`, `preview-${team}-`];
  return names.flatMap((name) =>
    prefixes.flatMap((prefix) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
  );
}

function firstOf(
  names: readonly string[],
  labels: Labels,
  find: (value: string, name: string) => string | undefined,
): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    const found = value === undefined ? undefined : find(value, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
