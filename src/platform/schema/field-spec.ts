/** A class whose fields carry the decorators of `fields.ts`. */
export type SchemaClass<T extends object = object> = new () => T;

interface CommonSpec {
  /** Product copy: assistants read it. */
  readonly description?: string;
  /** The description in a few words, for listings of tools, which every conversation pays for. */
  readonly brief?: string;
  readonly optional?: boolean;
  readonly default?: unknown;
  /**
   * Published as the schema's default, and not filled in: whoever reads the input can still tell what the caller named. For
   * optional fields whose default holds only in some cases, e.g. for a new object and not for a change.
   */
  readonly documentedDefault?: unknown;
  /** The value may be `null`; for answers only, an input is left out instead. */
  readonly nullable?: boolean;
  /** Of an answer: false where every answer of its kind has it, and a listing that says so eighteen times says it too often (ADR 25). */
  readonly listed?: false;
  /** Of a list or map in an answer: how to see what had to be cut off, as a sentence. */
  readonly narrow?: string;
}

export interface StringSpec extends CommonSpec {
  readonly kind: 'string';
  readonly enum?: readonly string[];
  readonly pattern?: RegExp;
  /** The pattern in words, e.g. `a lower-case DNS label`. */
  readonly rule?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A rule that no pattern can hold. */
  readonly check?: (value: string) => boolean;
}

export interface NumberSpec extends CommonSpec {
  readonly kind: 'integer' | 'number';
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface BooleanSpec extends CommonSpec {
  readonly kind: 'boolean';
}

export interface ObjectSpec extends CommonSpec {
  readonly kind: 'object';
  readonly type: () => SchemaClass;
}

/** Most items of a list that names no limit of its own. */
export const MAX_ITEMS = 100;

export interface ArraySpec extends CommonSpec {
  readonly kind: 'array';
  readonly items: FieldSpec;
  readonly maxItems?: number;
  /** Of an answer: the call says how many it wants, and gets them (`cutAnswer`). */
  readonly asked?: boolean;
}

/** An object with free keys, e.g. environment variables. */
export interface MapSpec extends CommonSpec {
  readonly kind: 'map';
  readonly values: FieldSpec;
  readonly keyPattern?: RegExp;
  readonly keyRule?: string;
  /** A key that shows their form in listings; Gemini refuses an object that names no property (ADR 25). */
  readonly keyExample?: string;
  readonly maxProperties?: number;
}

/** Free-form data in an answer, e.g. the arguments of a suggested next call. */
export interface AnySpec extends CommonSpec {
  readonly kind: 'any';
}

export type FieldSpec = StringSpec | NumberSpec | BooleanSpec | ObjectSpec | ArraySpec | MapSpec | AnySpec;

const specsByClass = new WeakMap<object, Map<string, FieldSpec>>();

export function recordField(prototype: object, property: string, spec: FieldSpec): void {
  const own = specsByClass.get(prototype) ?? new Map<string, FieldSpec>();
  own.set(property, spec);
  specsByClass.set(prototype, own);
}

/** Fields of a class in declaration order, its own before those it inherits. */
export function fieldsOf(type: SchemaClass): ReadonlyMap<string, FieldSpec> {
  const fields = new Map<string, FieldSpec>();
  for (let at = type.prototype as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    for (const [property, spec] of specsByClass.get(at) ?? []) {
      if (!fields.has(property)) fields.set(property, spec);
    }
  }
  return fields;
}
