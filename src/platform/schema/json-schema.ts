import { type FieldSpec, fieldsOf, type MapSpec, type SchemaClass, type StringSpec } from './field-spec';

/** JSON Schema 2020-12 as plain data. */
export type JsonSchema = { [key: string]: unknown };

const cache = new Map<SchemaClass, { input?: JsonSchema; output?: JsonSchema }>();

/**
 * The JSON Schema of a decorated class, built once. Inputs are closed (`additionalProperties: false`); answers stay open, so
 * that a later version may add a field. Only shapes that Gemini and OpenAI clients take: always `properties`, no combinators.
 */
export function jsonSchemaOf(type: SchemaClass, direction: 'input' | 'output'): JsonSchema {
  const known = cache.get(type) ?? {};
  cache.set(type, known);
  return (known[direction] ??= objectSchema(type, direction));
}

function objectSchema(type: SchemaClass, direction: 'input' | 'output'): JsonSchema {
  const fields = [...fieldsOf(type)];
  const required = fields.filter(([, spec]) => !spec.optional && spec.default === undefined).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, spec]) => [name, fieldSchema(spec, direction)])),
    ...(required.length > 0 && { required }),
    ...(direction === 'input' && { additionalProperties: false }),
  };
}

function fieldSchema(spec: FieldSpec, direction: 'input' | 'output'): JsonSchema {
  const shape = shapeOf(spec, direction);
  const fallback = spec.default ?? spec.documentedDefault;
  return {
    ...shape,
    ...(spec.nullable && typeof shape.type === 'string' && { type: [shape.type, 'null'] }),
    ...(spec.description !== undefined && { description: spec.description }),
    ...(fallback !== undefined && { default: fallback }),
  };
}

function shapeOf(spec: FieldSpec, direction: 'input' | 'output'): JsonSchema {
  switch (spec.kind) {
    case 'string':
      return stringSchema(spec, direction);
    case 'integer':
    case 'number':
      return defined({ type: spec.kind, minimum: spec.minimum, maximum: spec.maximum });
    case 'boolean':
      return { type: 'boolean' };
    case 'array':
      return defined({ type: 'array', items: fieldSchema(spec.items, direction), maxItems: spec.maxItems });
    case 'map':
      return mapSchema(spec, direction);
    case 'object':
      return objectSchema(spec.type(), direction);
    case 'any':
      return { type: 'object', properties: {} };
  }
}

function stringSchema(spec: StringSpec, direction: 'input' | 'output'): JsonSchema {
  if (direction === 'output') return defined({ type: 'string', enum: spec.enum });
  return defined({
    type: 'string',
    enum: spec.enum,
    pattern: spec.pattern?.source,
    format: spec.format,
    minLength: spec.minLength,
    maxLength: spec.enum ? undefined : spec.maxLength,
  });
}

function mapSchema(spec: MapSpec, direction: 'input' | 'output'): JsonSchema {
  return defined({
    type: 'object',
    properties: {},
    propertyNames: direction === 'input' && spec.keyPattern ? { pattern: spec.keyPattern.source } : undefined,
    additionalProperties: fieldSchema(spec.values, direction),
    maxProperties: direction === 'input' ? spec.maxProperties : undefined,
  });
}

function defined(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}
