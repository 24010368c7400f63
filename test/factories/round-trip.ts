import type { World } from '../../src/platform/gitops';
import type { Operation } from '../../src/platform/operations/operation';
import type { Plan } from '../../src/platform/operations/plan';
import { planOf } from './plan';
import { Layout, type Path, residues } from './text-residue';

export interface Call {
  readonly operation: Operation;
  readonly raw: object;
  readonly facts?: unknown;
}

/** An operation on one file, what it may touch there, and the calls that take it back. */
export interface Trip {
  readonly call: Call;
  readonly undo: readonly Call[];
  /** Places whose value the call may change. */
  readonly touches: readonly Path[];
  /** Places that may differ once it is taken back; those that the call touches where nothing is said. */
  readonly leaves?: readonly Path[];
  /** Whether the calls back give the very bytes back: false only where the file had something no call can write. */
  readonly exact: boolean;
  /** The call takes entries away, and with them the comments on their lines. */
  readonly deletes?: boolean;
  /** What goes and comes again stands elsewhere in its map or list. */
  readonly moves?: boolean;
}

/** `Trip`s to try on a file; none where it has nothing for them. */
export type TripMaker = (file: FileFacts) => Trip | undefined;

export interface FileFacts {
  readonly text: string;
  readonly data: unknown;
  readonly layout: Layout;
  /** A number for choices. */
  readonly choice: number;
}

export function factsOf(text: string, choice: number): FileFacts {
  const layout = Layout.of(text);
  return { text, data: layout.data, layout, choice };
}

export function planCall({ operation, raw, facts }: Call, world: World): Plan {
  return planOf(operation, world, raw, facts);
}

/** Every file of two worlds that differs, sorted. */
export function changedFiles(before: World, after: World): string[] {
  const paths = new Set([...before.filesUnder(''), ...after.filesUnder('')]);
  return [...paths].filter((path) => before.text(path) !== after.text(path)).sort();
}

/** Dotted names of all scalars that differ between two texts: an independent `changed`. */
export function changedScalars(before: string, after: string): string[] {
  const [from, to] = [scalars(Layout.of(before).data), scalars(Layout.of(after).data)];
  return [...new Set([...from.keys(), ...to.keys()])].filter((key) => from.get(key) !== to.get(key)).sort();
}

/** A place as `changed` names it, e.g. `initContainers[0].image`. */
export function dotted(path: Path): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
}

function scalars(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, String(value)]]);
  const isList = Array.isArray(value);
  const inner = Object.entries(value).map(([key, each]) =>
    scalars(each, isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
  );
  return new Map(inner.flatMap((each) => [...each]));
}

/** Throws, showing both texts, where they differ in anything but what is touched; `loosely` as in `residues`. */
export function expectOnlyTouched(before: string, after: string, touches: readonly Path[], loosely = false): void {
  const [left, right] = residues(before, after, touches, loosely);
  const sameEnd = before.endsWith('\n') === after.endsWith('\n') || mayEndItsLine(before, after, touches);
  if (left === right && sameEnd) return;
  throw new Error(`other bytes differ\n${shown(before, after)}\n=== residues\n${shown(left, right)}`);
}

/** An entry that is written anew at the very end of a file gets the line break that a text file ends with; none ever loses it. */
function mayEndItsLine(before: string, after: string, touches: readonly Path[]): boolean {
  if (!after.endsWith('\n')) return false;
  const layout = Layout.of(before);
  const end = before.trimEnd().length;
  const ends = touches.flatMap((path) => (layout.lines(path) ?? []).filter((_, at) => at % 2 === 1));
  return ends.some((offset) => offset >= end);
}

/** Comments that went, but for those on lines of entries that went themselves. */
export function lostComments(before: string, after: string, gone: readonly Path[]): string[] {
  const layout = Layout.of(before);
  const lines = gone.flatMap((path) => layout.lines(path) ?? []);
  const isGone = (offset: number) =>
    lines.some((start, at) => at % 2 === 0 && offset >= start && offset < (lines[at + 1] ?? 0));
  return [...before.matchAll(/#[^\n]*(\[\d+\])/g)].flatMap(({ 0: comment, 1: mark = '', index }) =>
    after.includes(mark) || isGone(index) ? [] : [comment],
  );
}

export function shown(before: string, after: string): string {
  const visible = (text: string) =>
    text
      .replaceAll('\r', '␍')
      .replaceAll('\t', '␉')
      .replace(/ +$/gm, (blanks) => '·'.repeat(blanks.length));
  return `--- before\n${visible(before)}\n--- after\n${visible(after)}\n---`;
}

export type { Path };
