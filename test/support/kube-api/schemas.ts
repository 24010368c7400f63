import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { crdVersionOf } from '../crds';

type Schema = Readonly<Record<string, unknown>>;
type Fields = Record<string, unknown>;

export interface Cause {
  reason: string;
  message: string;
  field: string;
}

/**
 * What an API server does with an object of a CRD: unknown fields are found (and dropped), types are checked. CEL rules are not: there is no
 * implementation of that language here. Of kinds without a CRD, such as Pod, nothing is checked.
 */
export class KindSchema {
  private static readonly known = new Map<string, KindSchema>();

  private readonly root: Schema | undefined;
  private validate: ValidateFunction | undefined;
  readonly hasStatus: boolean;

  private constructor(apiVersion: string, kind: string) {
    const version = crdVersionOf(apiVersion, kind);
    this.root = version?.schema.openAPIV3Schema;
    this.hasStatus = version?.subresources?.status !== undefined;
  }

  static of(apiVersion: string, kind: string): KindSchema {
    const key = `${apiVersion}/${kind}`;
    const schema = this.known.get(key) ?? new KindSchema(apiVersion, kind);
    this.known.set(key, schema);
    return schema;
  }

  /** Takes fields out that the schema does not declare; answers their paths. */
  prune(object: Fields): string[] {
    return this.root ? prune(this.root, object, '', true) : [];
  }

  causes(object: Fields): Cause[] {
    if (!this.root) return [];
    this.validate ??= new Ajv({ strict: false, validateFormats: false, allErrors: true, verbose: true }).compile(
      plain(this.root),
    );
    return this.validate(object) ? [] : (this.validate.errors ?? []).map(causeOf);
  }
}

function prune(schema: Schema, value: unknown, path: string, isObject = false): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => prune((schema.items ?? {}) as Schema, item, `${path}[${index}]`));
  }
  if (!isRecord(value)) return [];
  const isWhole = isObject || schema['x-kubernetes-embedded-resource'] === true;
  const { properties, additionalProperties } = schema as {
    properties?: Record<string, Schema>;
    additionalProperties?: Schema;
  };
  return Object.entries(value).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (isWhole && ['apiVersion', 'kind', 'metadata'].includes(name)) return [];
    const declared = properties?.[name] ?? (isRecord(additionalProperties) ? additionalProperties : undefined);
    if (declared) return prune(declared, field, at);
    if (schema['x-kubernetes-preserve-unknown-fields'] === true || takesAnything(schema)) return [];
    delete value[name];
    return [at];
  });
}

/** `additionalProperties: true`, or nothing said at all about an embedded value. */
function takesAnything(schema: Schema): boolean {
  return schema.additionalProperties === true || Object.keys(schema).length === 0;
}

/** A structural schema as plain JSON Schema. */
function plain(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const kept = Object.entries(schema).filter(([keyword]) => !keyword.startsWith('x-') && keyword !== 'format');
  const result: Record<string, unknown> = Object.fromEntries(kept);
  const { type, nullable, properties, items, additionalProperties } = schema;
  if (nullable === true && type !== undefined) result.type = [type, 'null'];
  if (items) result.items = plain(items as Schema);
  if (isRecord(additionalProperties)) result.additionalProperties = plain(additionalProperties);
  if (properties) {
    const fields = Object.entries(properties as Record<string, Schema>);
    result.properties = Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
  }
  return result;
}

/** `instanceof Object` would not know objects of another realm, e.g. of `structuredClone` under jest. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In the words of the API server. */
function causeOf({ instancePath, keyword, params, message, data }: ErrorObject): Cause {
  const at = instancePath
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.');
  if (keyword === 'required') {
    const { missingProperty } = params as { missingProperty: string };
    const field = at === '' ? missingProperty : `${at}.${missingProperty}`;
    return { reason: 'FieldValueRequired', message: 'Required value', field };
  }
  const type = Array.isArray(data) ? 'array' : typeof data;
  if (keyword === 'type') {
    const { type: expected } = params as { type: string | string[] };
    const text = `Invalid value: "${type}": ${at} in body must be of type ${String(expected)}: "${type}"`;
    return { reason: 'FieldValueTypeInvalid', message: text, field: at };
  }
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(data)}: ${at} in body ${message}`,
    field: at,
  };
}
