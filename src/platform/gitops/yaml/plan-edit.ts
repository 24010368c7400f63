import { isAlias, isCollection, isMap, isScalar, type Node, Scalar } from 'yaml';
import type { Change } from './change';
import type { OpenedYaml } from './parse-yaml';
import { isMergeKey } from './plain-data-reader';
import { findTrail, type Slot, type Trail } from './slot';
import { helmMeaning } from './unquoted';
import {
  isFilled,
  isRecord,
  ownValue,
  sameValue,
  setInData,
  type YamlEdit,
  type YamlPath,
  type YamlRecord,
  type YamlValue,
} from './yaml-value';

/** Breaks an edit down into the smallest changes that reach the wanted data. */
export function planEdit(opened: OpenedYaml, edit: YamlEdit): Change[] {
  const trail = findTrail(opened, edit.path);
  if (!('set' in edit)) return trail.rest.length === 0 ? [{ kind: 'delete', path: edit.path }] : [];
  return trail.rest.length === 0 ? planSet(opened, trail.slot, edit.set) : [planAddition(opened, trail, edit)];
}

function planAddition(opened: OpenedYaml, { slot, rest }: Trail, edit: { path: YamlPath; set: YamlValue }): Change {
  const [segment = '', ...below] = rest;
  const { node, path } = slot;
  if (node === null || !isCollection(node) || node.items.length === 0) {
    const empty = slot.kind === 'root' && node === null ? {} : opened.read(node);
    return { kind: 'replace', path, value: setInData(empty, rest, edit.set) };
  }
  const value = setInData(undefined, below, edit.set);
  if (isMap(node)) return { kind: 'append', path, entries: Object.fromEntries([[String(segment), value]]), from: 0 };
  // Checks that the index is the one after the last.
  setInData(opened.read(node), rest, edit.set);
  return { kind: 'append', path, entries: [value], from: node.items.length };
}

function planSet(opened: OpenedYaml, slot: Slot, value: YamlValue): Change[] {
  const { node, path, kind } = slot;
  const present = kind === 'root' && node === null ? {} : opened.read(node);
  if (sameValue(present, value) && !isMistaken(node, value)) return [];
  const inside = isAlias(node) || !isFilled(present) || !isFilled(value) ? undefined : planInside(opened, slot, value);
  return inside ?? [{ kind: 'replace', path, value }];
}

/** Text without quotes that Helm, which reads YAML 1.1, takes for something else: `on`. Whoever sets the text wants the text. */
function isMistaken(node: Node | null, value: YamlValue): boolean {
  const isBare = isScalar(node) && node.type === Scalar.PLAIN && node.tag === undefined;
  return isBare && typeof value === 'string' && helmMeaning(value) !== value;
}

/** The changes inside a collection, or undefined when it has to be replaced as a whole. */
function planInside(opened: OpenedYaml, slot: Slot, value: YamlValue): Change[] | undefined {
  const present = opened.read(slot.node);
  if (Array.isArray(present) && Array.isArray(value)) return planList(opened, slot.path, present, value);
  if (!isRecord(present) || !isRecord(value) || losesMergedKey(slot.node, present, value)) return undefined;
  return planMap(opened, slot, value);
}

/** Keys that come from a merge cannot be deleted one by one. */
function losesMergedKey(node: Node | null, present: YamlRecord, value: YamlRecord): boolean {
  const merges = isMap(node) && node.items.some(({ key }) => isMergeKey(key));
  return merges && Object.keys(present).some((key) => !Object.hasOwn(value, key));
}

/** Deletions come last, so that a map never gets empty on the way. */
function planMap(opened: OpenedYaml, { path, node }: Slot, value: YamlRecord): Change[] {
  const present = opened.read(node) as YamlRecord;
  const changes: Change[] = [];
  const added: [string, YamlValue][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (sameValue(ownValue(present, key), item)) continue;
    const trail = findTrail(opened, [...path, key]);
    if (trail.rest.length === 0) changes.push(...planSet(opened, trail.slot, item));
    else added.push([key, item]);
  }
  if (added.length > 0) changes.push({ kind: 'append', path, entries: Object.fromEntries(added), from: 0 });
  const removed = Object.keys(present).filter((key) => !Object.hasOwn(value, key));
  return [...changes, ...removed.map((key): Change => ({ kind: 'delete', path: [...path, key] }))];
}

function planList(opened: OpenedYaml, path: YamlPath, present: YamlValue[], value: YamlValue[]): Change[] | undefined {
  if (present.length === value.length) {
    return value.flatMap((item, index) => planSet(opened, findTrail(opened, [...path, index]).slot, item));
  }
  const kept = commonPrefix(present, value);
  if (kept === present.length) return [{ kind: 'append', path, entries: value.slice(kept), from: kept }];
  const removed = present.length - value.length;
  if (removed < 0 || !sameValue(present.slice(kept + removed), value.slice(kept))) return undefined;
  return Array.from({ length: removed }, (_, index) => ({
    kind: 'delete',
    path: [...path, kept + removed - 1 - index],
  }));
}

function commonPrefix(left: readonly YamlValue[], right: readonly YamlValue[]): number {
  const difference = left.findIndex((item, index) => index >= right.length || !sameValue(item, right[index]));
  return difference === -1 ? left.length : difference;
}
