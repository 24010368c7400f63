export type Plain = { readonly [key: string]: unknown };

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads nested data that people wrote: whatever is missing or of another kind is `undefined`, never an exception. */
export function at(data: unknown, ...path: readonly string[]): unknown {
  let value = data;
  for (const key of path) value = isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value ?? undefined;
}

/** Text of a scalar; numbers and booleans that YAML made of unquoted text are written back as text. */
export function textAt(data: unknown, ...path: readonly string[]): string | undefined {
  const value = at(data, ...path);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

export function numberAt(data: unknown, ...path: readonly string[]): number | undefined {
  const value = Number(textAt(data, ...path) ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}

export function flagAt(data: unknown, ...path: readonly string[]): boolean | undefined {
  const value = at(data, ...path);
  return typeof value === 'boolean' ? value : undefined;
}

export function listAt(data: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(data, ...path);
  return Array.isArray(value) ? value : [];
}

export function mapAt(data: unknown, ...path: readonly string[]): Plain {
  const value = at(data, ...path);
  return isPlain(value) ? value : {};
}

/** A map of scalars as text, e.g. quotas or environment variables; anything nested is left out. */
export function textMapAt(data: unknown, ...path: readonly string[]): Record<string, string> {
  const entries = Object.keys(mapAt(data, ...path)).map((key) => [key, textAt(data, ...path, key)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
