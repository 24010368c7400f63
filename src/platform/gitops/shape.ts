import type { Oddity } from './file-problem';
import { at, countAt, flagAt, isNullAt, isPlain, listAt, type Plain, textAt } from './values';
import { Unquoted } from './yaml';

/** What belongs at a place of a values file. `texts`: one text or a list of them. */
export type Kind = 'map' | 'list' | 'text' | 'texts' | 'count' | 'flag';

const NAMES: Readonly<Record<Kind, string>> = {
  map: 'a map',
  list: 'a list',
  text: 'text',
  texts: 'text or a list',
  count: 'a whole number of zero or more',
  flag: 'true or false',
};

const FITS: Readonly<Record<Kind, (data: unknown) => boolean>> = {
  map: (data) => isPlain(at(data, 'it')),
  list: (data) => Array.isArray(at(data, 'it')),
  text: (data) => textAt(data, 'it') !== undefined,
  texts: (data) => textAt(data, 'it') !== undefined || Array.isArray(at(data, 'it')),
  count: (data) => countAt(data, 'it') !== undefined,
  flag: (data) => flagAt(data, 'it') !== undefined,
};

/** Dotted path → what belongs there. */
export type Shape = Readonly<Record<string, Kind>>;

/** Places whose value is of another kind than what is read there. Nothing and `null` fit everywhere: the chart's default counts. */
export function misfits(data: Plain, shape: Shape): Oddity[] {
  return Object.entries(shape).flatMap(([path, kind]) => misfit(path, at(data, ...path.split('.')), kind));
}

/** The same for one value. */
export function misfit(path: string, value: unknown, kind: Kind): Oddity[] {
  if (value === undefined || value === null || FITS[kind]({ it: value })) return [];
  return [
    {
      code: 'wrong_kind',
      message: `${path} is ${nameOf(value)} where ${NAMES[kind]} belongs, so it does not count.`,
      fix: `Write ${NAMES[kind]}, or take ${path} out.`,
    },
  ];
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isPlain(value)) return 'a map';
  const scalar = value instanceof Unquoted ? value.value : value;
  if (typeof scalar === 'boolean') return 'true or false';
  return typeof scalar === 'number' ? 'another number' : 'text';
}

/** Entries of a map with the dotted path of each; empty where there is no map. */
export function entriesAt(data: unknown, path: string): [path: string, value: unknown][] {
  const map = at(data, ...path.split('.'));
  return isPlain(map) ? Object.entries(map).map(([key, value]) => [`${path}.${key}`, value]) : [];
}

/** Items of a list with the path of each. */
export function itemsAt(data: unknown, path: string): [path: string, value: unknown][] {
  return listAt(data, ...path.split('.')).map((value, index) => [`${path}[${index}]`, value]);
}

/** Names at most five of many. @param total where `all` holds only some of them. */
export function someOf(all: readonly string[], total = all.length): string {
  const more = total - 5;
  return more > 0 ? `${all.slice(0, 5).join(', ')} and ${more} more` : all.join(', ');
}

/** Text of a file inside a message. */
export function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A file that says nothing: empty, or comments only. */
export function isEmpty(data: Plain): boolean {
  return Object.keys(data).every((key) => isNullAt(data, key));
}
