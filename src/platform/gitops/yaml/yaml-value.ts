import { YamlEditError } from './yaml-errors';

export type YamlScalar = null | boolean | number | string;
export type YamlRecord = { [key: string]: YamlValue };
export type YamlValue = YamlScalar | YamlValue[] | YamlRecord;
export type YamlPath = readonly (string | number)[];
export type YamlEdit = { path: YamlPath; set: YamlValue } | { path: YamlPath; delete: true };

/** Tells a map from every other value. */
export function isRecord(value: YamlValue | undefined): value is YamlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells a map or list that has something in it. */
export function isFilled(value: YamlValue): value is YamlRecord | YamlValue[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Reads a map's own key only: `constructor` or `__proto__` never reach the prototype. */
export function ownValue(record: YamlRecord, key: string): YamlValue | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Same data and same types; the order of map keys does not matter. */
export function sameValue(left: YamlValue | undefined, right: YamlValue | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
  }
  if (isRecord(left) && isRecord(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]))
    );
  }
  return Object.is(left, right);
}

/** The data after `edit`: what the edited text has to read back as. */
export function editData(data: YamlValue, edit: YamlEdit): YamlValue {
  if ('set' in edit) return setInData(data, edit.path, edit.set);
  return deleteInData(data, edit.path);
}

/** A copy of `data` with `value` at `path`; missing maps and lists on the way are created. */
export function setInData(data: YamlValue | undefined, path: YamlPath, value: YamlValue): YamlValue {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  const parent = data ?? (typeof segment === 'number' ? [] : {});
  if (Array.isArray(parent)) {
    const index = listIndex(segment, path);
    if (index > parent.length) throw new YamlEditError(`index ${index} is past the end of a list of ${parent.length}`);
    const items = [...parent];
    items[index] = setInData(parent[index], rest, value);
    return items;
  }
  if (!isRecord(parent)) throw crossesScalar(path);
  const key = String(segment);
  return { ...parent, ...Object.fromEntries([[key, setInData(ownValue(parent, key), rest, value)]]) };
}

function deleteInData(data: YamlValue | undefined, path: YamlPath): YamlValue {
  const [segment, ...rest] = path;
  if (segment === undefined) throw new YamlEditError('the whole document cannot be deleted');
  if (data === undefined || data === null) return null;
  if (Array.isArray(data)) {
    const index = listIndex(segment, path);
    if (index >= data.length) return data;
    if (rest.length === 0) return data.filter((_, position) => position !== index);
    return data.map((item, position) => (position === index ? deleteInData(item, rest) : item));
  }
  if (!isRecord(data)) throw crossesScalar(path);
  const key = String(segment);
  if (!Object.hasOwn(data, key)) return data;
  const entries = Object.entries(data);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, item]) => [name, name === key ? deleteInData(item, rest) : item]));
}

/** A path segment that has to be a list position. */
export function listIndex(segment: string | number, path: YamlPath): number {
  if (typeof segment === 'number' && Number.isInteger(segment) && segment >= 0) return segment;
  throw new YamlEditError(`${JSON.stringify(segment)} in ${showPath(path)} is not a position in a list`);
}

/** The error for a path that goes on below a scalar. */
export function crossesScalar(path: YamlPath): YamlEditError {
  return new YamlEditError(`the path ${showPath(path)} goes through a value that is neither a map nor a list`);
}

/** A path for people: `["image","tag"]`, unambiguous whatever the keys hold. */
export function showPath(path: YamlPath): string {
  return JSON.stringify(path);
}
