import { type FieldSpec, fieldsOf, type SchemaClass } from './field-spec';
import type { JsonSchema } from './json-schema';

/** Defaults that mean the same as leaving the argument out: nobody has to be told. */
const EMPTY_DEFAULTS: readonly unknown[] = [false, 0, ''];

const inputs = new Map<SchemaClass, JsonSchema>();
const answers = new Map<SchemaClass, JsonSchema>();

/**
 * What a caller must read of an input before the first call: names, types, choices, defaults, what is required, and one line each.
 * Patterns, lengths and ranges stay in `jsonSchemaOf`, by which every call is checked: its error tells a rule to whoever breaks it,
 * where a listing tells all rules to everybody, paid for in each conversation.
 */
export function listedInputOf(type: SchemaClass): JsonSchema {
  return memoised(inputs, type, () => ({ ...argumentsOf(type, true), additionalProperties: false }));
}

/**
 * The first level of an answer: every field by name but what all answers of its kind have, and its type where that is a plain one or the
 * list that was asked for. What has more below it, or may be null, is open (`{}`). Whatever keeps `jsonSchemaOf(type, 'output')` keeps this too.
 */
export function listedAnswerOf(type: SchemaClass): JsonSchema {
  return memoised(answers, type, () => ({
    type: 'object',
    properties: Object.fromEntries(
      [...fieldsOf(type)].filter(([, { listed }]) => listed !== false).map(([name, spec]) => [name, answerOf(spec)]),
    ),
  }));
}

function memoised(known: Map<SchemaClass, JsonSchema>, type: SchemaClass, make: () => JsonSchema): JsonSchema {
  const schema = known.get(type) ?? make();
  known.set(type, schema);
  return schema;
}

function argumentsOf(type: SchemaClass, isDescribed: boolean): JsonSchema {
  const fields = [...fieldsOf(type)];
  const required = fields.filter(([, spec]) => !spec.optional && spec.default === undefined).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, spec]) => [name, argumentOf(spec, isDescribed)])),
    ...(required.length > 0 && { required }),
  };
}

function argumentOf(spec: FieldSpec, isDescribed: boolean): JsonSchema {
  const fallback = spec.default ?? spec.documentedDefault;
  const description = spec.brief ?? spec.description;
  return {
    ...shapeOf(spec),
    ...(fallback !== undefined && !EMPTY_DEFAULTS.includes(fallback) && { default: fallback }),
    ...(isDescribed && description !== undefined && { description }),
  };
}

function shapeOf(spec: FieldSpec): JsonSchema {
  switch (spec.kind) {
    case 'string':
      return { type: 'string', ...(spec.enum && { enum: spec.enum }) };
    case 'array':
      return { type: 'array', items: argumentOf(spec.items, false) };
    case 'map':
      // `true` and not a pair of types: a value that may be null is said in words.
      return {
        type: 'object',
        properties: spec.keyExample === undefined ? {} : { [spec.keyExample]: argumentOf(spec.values, false) },
        additionalProperties: spec.values.nullable ? true : argumentOf(spec.values, false),
      };
    case 'object':
      return argumentsOf(spec.type(), false);
    case 'any':
      return { type: 'object', properties: {} };
    default:
      return { type: spec.kind };
  }
}

function answerOf(spec: FieldSpec): JsonSchema {
  if (spec.kind === 'array' && spec.asked) return { type: 'array', items: {} };
  return spec.nullable || !isPlain(spec) ? {} : { type: spec.kind };
}

function isPlain(spec: FieldSpec): boolean {
  return ['string', 'boolean', 'integer', 'number'].includes(spec.kind);
}
