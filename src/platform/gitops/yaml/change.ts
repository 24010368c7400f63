import { isFilled, isRecord, ownValue, setInData, type YamlPath, type YamlRecord, type YamlValue } from './yaml-value';

/** A change of one place in the text, as one parse of it sees the place. */
export type Change =
  | { readonly kind: 'replace'; readonly path: YamlPath; readonly value: YamlValue }
  | AppendChange
  | { readonly kind: 'delete'; readonly path: YamlPath };

/** Entries that follow the last one of the map or list at `path`. */
export interface AppendChange {
  readonly kind: 'append';
  readonly path: YamlPath;
  readonly entries: YamlRecord | YamlValue[];
  /** Length of the list before; 0 for a map. */
  readonly from: number;
}

/** True when `path` is `start` or lies below it. */
export function isWithin(path: YamlPath, start: YamlPath): boolean {
  return start.length <= path.length && start.every((segment, depth) => String(segment) === String(path[depth]));
}

/** True when what stands at `path` would be another thing, or stand elsewhere, once `change` is made. */
export function reaches(change: Change, path: YamlPath): boolean {
  return placesOf(change).some((place) => isWithin(path, place) || isWithin(place, path));
}

/**
 * True when two changes of one parse give the same text in either order and made together. A deletion asks how many
 * siblings there are, so that it stands neither another deletion nor an addition beside it.
 */
export function areApart(left: Change, right: Change): boolean {
  const among = [left, right].some((one) => one.kind === 'delete' && sameParent(one.path, left, right));
  return !among && !overlap(left.path, right) && !overlap(right.path, left);
}

/** `change` with a later `set` that adds something below it made a part of it; undefined where it does not do that. */
export function withSet(change: Change, path: YamlPath, value: YamlValue): Change | undefined {
  if (change.kind === 'delete' || !isWithin(path, change.path)) return undefined;
  const below = path.slice(change.path.length);
  if (change.kind === 'replace') {
    return adds(change.value, below) ? { ...change, value: setInData(change.value, below, value) } : undefined;
  }
  const inside = pathInEntries(change, below);
  if (!inside || !adds(change.entries, inside)) return undefined;
  return { ...change, entries: setInData(change.entries, inside, value) as YamlRecord | YamlValue[] };
}

/** A value that is replaced once more is left to two steps: the style of the first may show in the second. */
function adds(data: YamlValue, path: YamlPath): boolean {
  let present: YamlValue | undefined = data;
  for (const segment of path) {
    if (!isFilled(present)) return false;
    present = ownValue(present as YamlRecord, String(segment));
    if (present === undefined) return true;
  }
  return false;
}

/** Both additions as one, where they go into the same map. */
export function joined(left: Change, right: Change): Change | undefined {
  if (left.kind !== 'append' || right.kind !== 'append') return undefined;
  if (!isRecord(left.entries) || !isRecord(right.entries) || !samePath(left.path, right.path)) return undefined;
  return { ...left, entries: { ...left.entries, ...right.entries } };
}

function placesOf(change: Change): YamlPath[] {
  const { path } = change;
  if (change.kind === 'append') {
    const keys = isRecord(change.entries)
      ? Object.keys(change.entries)
      : change.entries.map((_, at) => change.from + at);
    return keys.map((key) => [...path, key]);
  }
  // Without one item the later items of a list have other positions.
  const moves = change.kind === 'delete' && typeof path.at(-1) === 'number';
  return [moves ? path.slice(0, -1) : path];
}

function sameParent(deleted: YamlPath, ...changes: readonly Change[]): boolean {
  return changes.every(({ kind, path }) => {
    const parent = kind === 'append' ? path : path.slice(0, -1);
    return samePath(parent, deleted.slice(0, -1)) && kind !== 'replace';
  });
}

/** An addition changes nothing of what is there: only its place itself must not be taken away. */
function overlap(path: YamlPath, { kind, path: other }: Change): boolean {
  return kind !== 'append' && isWithin(path, other);
}

function samePath(left: YamlPath, right: YamlPath): boolean {
  return left.length === right.length && isWithin(left, right);
}

function pathInEntries({ entries, from }: AppendChange, [segment, ...rest]: YamlPath): YamlPath | undefined {
  if (segment === undefined) return undefined;
  if (isRecord(entries)) return Object.hasOwn(entries, String(segment)) ? [segment, ...rest] : undefined;
  return typeof segment === 'number' && segment >= from ? [segment - from, ...rest] : undefined;
}
