import { hasHidden } from '../../src/platform/text/hidden';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
}

export interface Hostile {
  readonly value: unknown;
  /** Nothing may take it. Otherwise it is odd, and must at least do no harm. */
  readonly mustBeRefused: boolean;
}

/** Text as it comes from attackers, broken clients and copy and paste. */
const TEXTS: readonly string[] = [
  ' ',
  '-',
  '--upload-pack=touch /tmp/x',
  '.',
  '../../../../etc/passwd',
  '..%2f..%2fetc',
  '%2e%2e',
  '%00',
  'a\0b',
  'a\r\nOperation-Id: forged',
  'a\nb',
  'key: value\n- item\n? [x',
  '"}\n---\nkind: Secret',
  '*alias',
  '&anchor x',
  '!!js/function "x"',
  '{{ .Values.secret }}',
  '${jndi:ldap://x}',
  '$(id)',
  '`id`',
  "'; DROP TABLE operations; --",
  '<script>alert(1)</script>',
  'null',
  'true',
  '~',
  '0x10',
  'аdmin',
  'ａｄｍｉｎ',
  'ADMIN',
  'a\u202eb',
  'a\u200bb',
  'a\u2066b',
  '\ufeffa',
  'a\u{e0041}b',
  '\u0085',
  '\x1b[31mred',
  '\ud800',
  'a\udc00b',
  '__proto__',
  'constructor',
  'a'.repeat(100_000),
];

/** Of arguments whose rules were tried before. */
const FEW_TEXTS: readonly string[] = ['../..', 'a\0b', 'a\r\nb', 'a\u202eb', '\ud800', 'a'.repeat(100_000)];

const NUMBERS: readonly unknown[] = [
  1.5,
  -1e308,
  1e308,
  'x',
  '1e1',
  '0x1',
  '01',
  ' 1',
  '1 ',
  '1.0',
  '١',
  '+1',
  'NaN',
  'Infinity',
  '1_0',
  '1,0',
  true,
  null,
  [],
  [1],
  {},
];
const FEW_NUMBERS: readonly unknown[] = [1.5, 'x', '1e1', null, {}];

const BOOLEANS: readonly unknown[] = ['yes', 'no', 'TRUE', 'True', '1', '0', ' true', 't', 0, 1, null, [], [true], {}];

const FEW_BOOLEANS: readonly unknown[] = ['yes', 1, null, {}];

const refused = (value: unknown): Hostile => ({ value, mustBeRefused: true });
const odd = (value: unknown): Hostile => ({ value, mustBeRefused: false });

type Maker = (schema: Schema, thorough: boolean, isRequired: boolean) => Hostile[];

const MAKERS: Readonly<Record<string, Maker>> = {
  string: (schema, thorough, isRequired) => [
    ...[7, -1, true, null, [], ['a'], {}, { a: 1 }].map(refused),
    isRequired && (schema.pattern || schema.enum) ? refused('') : odd(''),
    ...texts(schema, thorough),
  ],
  integer: numbers,
  number: numbers,
  boolean: (_, thorough) => (thorough ? BOOLEANS : FEW_BOOLEANS).map(refused),
  array: ({ items = {}, maxItems = 100 }, thorough) => [
    ...['a', 7, true, {}, null].map(refused),
    refused(Array.from({ length: maxItems + 1 }, () => 'a')),
    ...lists(items, thorough),
  ],
  object: (schema, thorough) => [
    ...['a', 7, true, [], [{}], null].map(refused),
    ...(Object.keys(schema.properties ?? {}).length > 0 ? members(schema, thorough) : entries(schema)),
  ],
};

/** Values that try an argument's rules, made from its published schema. */
export function hostileValues(schema: Schema, isRequired: boolean, thorough = true): Hostile[] {
  const make = MAKERS[String(schema.type)];
  if (!make) throw new Error(`There are no hostile values for the type ${String(schema.type)}.`);
  return make(schema, thorough, isRequired);
}

function numbers({ minimum = -1e9, maximum = 1e300 }: Schema, thorough: boolean): Hostile[] {
  return [...(thorough ? NUMBERS : FEW_NUMBERS), minimum - 1, maximum + 1, String(maximum + 1)].map(refused);
}

function texts(schema: Schema, thorough: boolean): Hostile[] {
  const tooLong = schema.maxLength === undefined ? [] : [refused('a'.repeat(schema.maxLength + 1))];
  const tooShort = schema.minLength ? [refused('a'.repeat(schema.minLength - 1))] : [];
  return [
    ...tooLong,
    ...tooShort,
    ...(thorough ? TEXTS : FEW_TEXTS).map((value) => ({ value, mustBeRefused: !keepsRules(schema, value) })),
  ];
}

function keepsRules({ pattern, maxLength = 1000, minLength = 0, enum: allowed }: Schema, value: string): boolean {
  const fits = value.length <= maxLength && value.length >= minLength && !hasHidden(value);
  return fits && (!allowed || allowed.includes(value)) && (!pattern || new RegExp(pattern).test(value));
}

function lists(schema: Schema, thorough: boolean): Hostile[] {
  return [...hostileValues(schema, true, thorough).filter(({ value }) => value !== ''), refused(null)].map(
    ({ value, mustBeRefused }) => ({ value: [value], mustBeRefused }),
  );
}

function members({ properties = {}, required = [] }: Schema, thorough: boolean): Hostile[] {
  const nested = Object.entries(properties).flatMap(([name, inner]) =>
    hostileValues(inner, required.includes(name), thorough).map(({ value, mustBeRefused }) => ({
      value: { [name]: value },
      mustBeRefused,
    })),
  );
  return [refused({ surprise: 1 }), refused({ constructor: {} }), ...nested];
}

/** Free keys: names that are no names, values that are no text, more of them than anybody needs. */
function entries({ maxProperties = 100 }: Schema): Hostile[] {
  const keys = [
    '',
    ' ',
    'a b',
    'a=b',
    'a\nb',
    'a\0',
    '../x',
    'ключ',
    'a\u202e',
    '1a',
    'constructor.prototype',
    'a'.repeat(300),
  ];
  const many = Object.fromEntries(Array.from({ length: maxProperties + 1 }, (_, index) => [`KEY_${index}`, 'x']));
  return [
    ...keys.map((key) => refused({ [key]: 'x' })),
    ...[7, true, [], {}, 'a\0b', '\ud800'].map((value) => refused({ KEY: value })),
    ...['a\r\nb: c', '"', "'", '#', '|', '>', '- x', '*a', '&a', '!!x', '${A}', '\u2028', 'a: b', ' padded '].map(
      (value) => odd({ KEY: value }),
    ),
    refused(many),
  ];
}
