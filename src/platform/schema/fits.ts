import type { FieldSpec, MapSpec, StringSpec } from './field-spec';

/** Whether an already converted value keeps the rules of its specification. Nested classes are checked by class-validator. */
export function fits(spec: FieldSpec, value: unknown): boolean {
  switch (spec.kind) {
    case 'string':
      return typeof value === 'string' && stringFits(spec, value);
    case 'integer':
      return Number.isInteger(value) && inRange(spec, value as number);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && inRange(spec, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(spec.items, item));
    case 'map':
      return typeof value === 'object' && value !== null && mapFits(spec, value);
    case 'object':
    case 'any':
      return true;
  }
}

export function stringFits(spec: StringSpec, value: string): boolean {
  return (
    (!spec.enum || spec.enum.includes(value)) &&
    (!spec.pattern || spec.pattern.test(value)) &&
    value.length >= (spec.minLength ?? 0) &&
    value.length <= (spec.maxLength ?? Infinity) &&
    (!spec.check || spec.check(value))
  );
}

function inRange(spec: { minimum?: number; maximum?: number }, value: number): boolean {
  return value >= (spec.minimum ?? -Infinity) && value <= (spec.maximum ?? Infinity);
}

function mapFits(spec: MapSpec, value: object): boolean {
  const entries = Object.entries(value);
  return (
    entries.length <= (spec.maxProperties ?? 100) &&
    entries.every(
      ([key, item]) =>
        (!spec.keyPattern || spec.keyPattern.test(key)) &&
        ((item === null && spec.values.nullable === true) || fits(spec.values, item)),
    )
  );
}
