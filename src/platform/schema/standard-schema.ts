import type { SchemaClass } from './field-spec';
import { type JsonSchema, jsonSchemaOf } from './json-schema';

/** The part of Standard Schema (and of its JSON Schema extension) that the MCP library reads. */
export interface PresentedSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'mctl';
    readonly validate: (value: unknown) => { value: unknown };
    readonly jsonSchema: { input: () => JsonSchema; output: () => JsonSchema };
  };
}

const cache = new Map<SchemaClass, PresentedSchema>();

/**
 * Presents a DTO class as a Standard Schema. It validates nothing: the library would ask before the guard does, and a stranger
 * would learn from the kind of refusal what exists. The input pipe validates, after the guard.
 */
export function standardSchemaOf(type: SchemaClass): PresentedSchema {
  const known = cache.get(type);
  if (known) return known;
  const presented: PresentedSchema = {
    '~standard': {
      version: 1,
      vendor: 'mctl',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => jsonSchemaOf(type, 'input'), output: () => jsonSchemaOf(type, 'output') },
    },
  };
  cache.set(type, presented);
  return presented;
}
