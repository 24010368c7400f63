import { isPlain, type Plain, readValues, type World } from '../platform/gitops';
import { Unquoted, type YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import { exactValue } from '../platform/text/exact-text';
import { isSecretName, MASK } from '../platform/text/secrets';
import type { ChangedKey } from './operations.dto';

/** Longest key and value that are told of a change; the diff has them whole. */
const LONGEST_KEY = 300;
const LONGEST_VALUE = 1000;

/** A values file on its way: what would be edited, and what its owner must know about it. */
export interface Draft {
  readonly edits: readonly YamlEdit[];
  readonly warnings: readonly Warning[];
}

export const NO_EDITS: Draft = { edits: [], warnings: [] };

export function joinDrafts(...drafts: readonly Draft[]): Draft {
  return { edits: drafts.flatMap(({ edits }) => edits), warnings: drafts.flatMap(({ warnings }) => warnings) };
}

/** Data of a file that `World` could read, in which scalars without quotes are still as somebody wrote them. */
export function dataOf(text: string): Plain {
  return readValues(text);
}

/** Text of a service's file; the caller has made sure that the service exists. */
export function textOf(world: World, team: string, service: string): string {
  return world.text(world.layout.serviceFile(team, service)) ?? '';
}

/** What differs between two values files, key by key and in the order of the keys. Values that look like secrets are masked. */
export function changedKeys(before: Plain, after: Plain): ChangedKey[] {
  const [from, to] = [new Map(leaves(before, '')), new Map(leaves(after, ''))];
  const keys = [...new Set([...from.keys(), ...to.keys()])];
  return keys.flatMap((key) => changed(key, from.get(key), to.get(key)));
}

function changed(key: string, was: Leaf | undefined, is: Leaf | undefined): ChangedKey[] {
  // `1.10` that gets quotes is written as before, and means something else from now on.
  const side = was?.written === is?.written ? 'printed' : 'written';
  const [from, to] = [was?.[side], is?.[side]];
  return from === to ? [] : [{ key: exactValue(key, LONGEST_KEY), from: shown(key, from), to: shown(key, to) }];
}

function shown(key: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  return key.startsWith('env.') && isSecretName(key) ? MASK : exactValue(value, LONGEST_VALUE);
}

interface Leaf {
  readonly written: string;
  /** By a Helm template. */
  readonly printed: string;
}

/** An empty map or list is no leaf: whether `env: {}` stands there or nothing makes no difference. */
function* leaves(value: unknown, path: string): Iterable<[string, Leaf]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leaves(item, `${path}[${index}]`);
  } else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, path ? `${path}.${key}` : key);
  } else {
    yield [path, leafOf(value)];
  }
}

function leafOf(value: unknown): Leaf {
  if (value instanceof Unquoted) return { written: value.text, printed: value.printed };
  return { written: String(value), printed: String(value) };
}
