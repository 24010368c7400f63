import type { Problem } from '../errors';
import { spellHidden } from '../text/hidden';
import { maskCredentials } from '../text/secrets';
import { MAX_ITEMS, type FieldSpec, type MapSpec, type NumberSpec, type StringSpec } from './field-spec';

const SHOWN_CHARACTERS = 80;

/** What came, short and on one line. Strings beyond a name's length are cut: they may be anything, secrets included. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return showText(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value);
}

/** As `show`, for what a field was given. Text where a structure belongs may be a whole line of `NAME=secret`: it is not repeated. */
export function showFor(spec: FieldSpec, value: unknown): string {
  const isStructure = spec.kind === 'map' || spec.kind === 'object' || spec.kind === 'array';
  return isStructure && typeof value === 'string' ? 'text' : show(value);
}

function showText(text: string): string {
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, 20)}…` : text;
  return spellHidden(JSON.stringify(maskCredentials(short)));
}

/** A field's rules in words, for the error that explains them. */
export function expectation(spec: FieldSpec): Pick<Problem, 'expected' | 'allowed'> {
  switch (spec.kind) {
    case 'string':
      return { expected: stringExpectation(spec), ...(spec.enum && { allowed: spec.enum }) };
    case 'integer':
    case 'number':
      return { expected: numberExpectation(spec) };
    case 'boolean':
      return { expected: 'true or false', allowed: ['true', 'false'] };
    case 'array':
      return { expected: `a list of at most ${spec.maxItems ?? MAX_ITEMS}, each ${expectation(spec.items).expected}` };
    case 'map':
      return { expected: mapExpectation(spec) };
    case 'object':
    case 'any':
      return { expected: 'an object' };
  }
}

function stringExpectation(spec: StringSpec): string {
  if (spec.enum) return `one of: ${spec.enum.join(', ')}`;
  const rule = spec.rule ?? (spec.pattern ? `text matching ${spec.pattern.source}` : 'text');
  // A rule in words of its own says lengths by itself.
  return spec.rule ? rule : `${rule}${lengths(spec)}`;
}

function lengths({ minLength: least, maxLength: most }: StringSpec): string {
  const atLeast = least === undefined ? '' : `, at least ${characters(least)}`;
  return most === undefined ? atLeast : `${atLeast}, at most ${characters(most)}`;
}

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`;
}

function numberExpectation(spec: NumberSpec): string {
  const kind = spec.kind === 'integer' ? 'a whole number' : 'a number';
  if (spec.minimum !== undefined && spec.maximum !== undefined) {
    return `${kind} from ${spec.minimum} to ${spec.maximum}`;
  }
  return kind;
}

function mapExpectation(spec: MapSpec): string {
  const keys = spec.keyRule ?? 'a string';
  return `an object of at most ${spec.maxProperties ?? 100} entries; each key ${keys}, each value ${expectation(spec.values).expected}${spec.values.nullable ? ' or null' : ''}`;
}
