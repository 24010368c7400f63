import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { hasHidden } from '../text/hidden';
import {
  type FieldSpec,
  MAX_ITEMS,
  type NumberSpec,
  recordField,
  type SchemaClass,
  type StringSpec,
} from './field-spec';
import { fits } from './fits';

/** Longest string taken where a field names no limit of its own. */
const DEFAULT_MAX_LENGTH = 1000;

type Options<Spec extends FieldSpec> = Omit<Spec, 'kind'>;
type SpecOf<Kind extends FieldSpec['kind']> = Extract<FieldSpec, { kind: Kind }>;

/**
 * One decorator per field says everything once: class-validator's rules, the JSON Schema of both doors and the words of the
 * error message all come from the same specification.
 */
function field(spec: FieldSpec): PropertyDecorator {
  return (prototype, property) => {
    recordField(prototype, String(property), spec);
    for (const rule of rulesOf(spec)) rule(prototype, property);
  };
}

export const Text = (options: Options<SpecOf<'string'>> = {}) =>
  field({ maxLength: DEFAULT_MAX_LENGTH, ...options, kind: 'string' });
export const Choice = (allowed: readonly string[], options: Options<SpecOf<'string'>> = {}) =>
  field({ ...options, kind: 'string', enum: allowed });
export const Integer = (options: Options<NumberSpec> = {}) => field({ ...options, kind: 'integer' });
export const Decimal = (options: Options<NumberSpec> = {}) => field({ ...options, kind: 'number' });
export const Flag = (options: Options<SpecOf<'boolean'>> = {}) => field({ ...options, kind: 'boolean' });
export const Nested = (type: () => SchemaClass, options: Omit<Options<SpecOf<'object'>>, 'type'> = {}) =>
  field({ ...options, kind: 'object', type });
export const ListOf = (items: FieldSpec, options: Omit<Options<SpecOf<'array'>>, 'items'> = {}) =>
  field({ ...options, kind: 'array', items });
export const MapOf = (values: FieldSpec, options: Omit<Options<SpecOf<'map'>>, 'values'> = {}) =>
  field({ ...options, kind: 'map', values });
export const FreeForm = (options: Options<SpecOf<'any'>> = {}) => field({ ...options, kind: 'any' });

/** Item specifications for lists and maps. */
export const object = (type: () => SchemaClass): FieldSpec => ({ kind: 'object', type });
export const text = (options: Options<SpecOf<'string'>> = {}): FieldSpec => ({
  maxLength: DEFAULT_MAX_LENGTH,
  ...options,
  kind: 'string',
});

function rulesOf(spec: FieldSpec): PropertyDecorator[] {
  // IsOptional would also let null through, which no argument of ours means anything by.
  const isOptional = spec.optional === true || spec.default !== undefined;
  return [...(isOptional ? [ValidateIf((_, value) => value !== undefined)] : []), ...kindRules(spec)];
}

function kindRules(spec: FieldSpec): PropertyDecorator[] {
  switch (spec.kind) {
    case 'string':
      return stringRules(spec);
    case 'integer':
    case 'number':
      return [
        spec.kind === 'integer' ? IsInt() : IsNumber(),
        ...(spec.minimum === undefined ? [] : [Min(spec.minimum)]),
        ...(spec.maximum === undefined ? [] : [Max(spec.maximum)]),
      ];
    case 'boolean':
      return [IsBoolean()];
    case 'object':
      return [ValidateNested()];
    case 'array':
      return [
        IsArray(),
        ArrayMaxSize(spec.maxItems ?? MAX_ITEMS),
        fitsSpec(spec),
        ...(spec.items.kind === 'object' ? [ValidateNested()] : []),
      ];
    case 'map':
      return [IsObject(), fitsSpec(spec)];
    case 'any':
      return [];
  }
}

function stringRules(spec: StringSpec): PropertyDecorator[] {
  return [
    IsString(),
    ...(spec.enum || spec.pattern ? [] : [noHidden]),
    ...(spec.enum ? [IsIn([...spec.enum])] : []),
    ...(spec.pattern ? [Matches(spec.pattern)] : []),
    ...(spec.minLength === undefined ? [] : [MinLength(spec.minLength)]),
    ...(spec.maxLength === undefined ? [] : [MaxLength(spec.maxLength)]),
    ...(spec.check ? [fitsSpec(spec)] : []),
  ];
}

/** Free text is shown to people and models: what they would not see has no place in it. */
const noHidden = ValidateBy({
  name: 'noHidden',
  validator: { validate: (value) => typeof value === 'string' && !hasHidden(value) },
});

/** Rules that class-validator has no decorator for: keys of maps, items of lists, checks in code. */
function fitsSpec(spec: FieldSpec): PropertyDecorator {
  return ValidateBy({ name: 'fitsSpec', validator: { validate: (value) => fits(spec, value) } });
}
