import { Unquoted } from './yaml';

export type Plain = { readonly [key: string]: unknown };

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unquoted);
}

/** Reads nested data that people wrote: whatever is missing or of another kind is `undefined`, never an exception. */
export function at(data: unknown, ...path: readonly string[]): unknown {
  let value = data;
  for (const key of path) value = isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value ?? undefined;
}

/** Whether `null` is written there, which Helm takes for "without the chart's default"; a key that is absent leaves the default. */
export function isNullAt(data: unknown, key: string): boolean {
  return isPlain(data) && Object.hasOwn(data, key) && data[key] === null;
}

/** Text of a scalar as somebody wrote it: `1.10` without quotes is `1.10`, whatever number YAML makes of it. */
export function textAt(data: unknown, ...path: readonly string[]): string | undefined {
  return textOf(at(data, ...path));
}

/** What a Helm template prints for a scalar: `1.1` for `1.10` without quotes. */
export function printedAt(data: unknown, ...path: readonly string[]): string | undefined {
  const value = at(data, ...path);
  return value instanceof Unquoted ? value.printed : textOf(value);
}

/** A number as Helm reads it: `0123` without quotes is 83. Text that holds a number counts, blank text does not. */
export function numberAt(data: unknown, ...path: readonly string[]): number | undefined {
  const value = at(data, ...path);
  const number = value instanceof Unquoted ? value.value : value;
  if (typeof number === 'number') return Number.isFinite(number) ? number : undefined;
  const parsed = typeof number === 'string' && number.trim() !== '' ? Number(number) : NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** A number of things: whole, zero or more; anything else that stands there is as good as nothing. */
export function countAt(data: unknown, ...path: readonly string[]): number | undefined {
  const value = numberAt(data, ...path);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A flag as Helm reads it: `yes` and `on` without quotes are true. */
export function flagAt(data: unknown, ...path: readonly string[]): boolean | undefined {
  const value = at(data, ...path);
  const flag = value instanceof Unquoted ? value.value : value;
  return typeof flag === 'boolean' ? flag : undefined;
}

export function listAt(data: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(data, ...path);
  return Array.isArray(value) ? value : [];
}

export function mapAt(data: unknown, ...path: readonly string[]): Plain {
  const value = at(data, ...path);
  return isPlain(value) ? value : {};
}

/** A map of scalars as text, e.g. environment variables; anything nested is left out. */
export function textMapAt(data: unknown, ...path: readonly string[]): Record<string, string> {
  return scalarsOf(mapAt(data, ...path), textOf);
}

/** A map of Kubernetes quantities as text. Where a number means another one to Helm than it says, e.g. `010`, Helm's counts. */
export function quantityMapAt(data: unknown, ...path: readonly string[]): Record<string, string> {
  return scalarsOf(mapAt(data, ...path), (value) => {
    const text = textOf(value);
    const means = value instanceof Unquoted ? value.value : undefined;
    return typeof means !== 'number' || Number(text) === means ? text : String(means);
  });
}

function scalarsOf(map: Plain, read: (value: unknown) => string | undefined): Record<string, string> {
  const entries = Object.entries(map).map(([key, value]) => [key, read(value)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function textOf(value: unknown): string | undefined {
  if (value instanceof Unquoted) return value.text;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339 with its zone. A date alone, or a time without zone, leaves open which moment is meant, so it is none. */
export function momentAt(data: unknown, ...path: readonly string[]): Date | undefined {
  const text = textAt(data, ...path) ?? '';
  const moment = new Date(MOMENT.test(text) ? text : NaN);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
