import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const ROOT = resolve(__dirname, '../..');
/** The contract itself, where the project's own machines keep it. */
export const SHARED_CONTRACT = join(ROOT, '..', 'shared', 'contract', 'tools.yaml');
/** Its copy, for everybody else; a test keeps the two the same. */
export const GOLDEN_CONTRACT = join(ROOT, 'test', 'contract', '__goldens__', 'contract.yaml');

export interface ContractArgument {
  readonly name: string;
  /** As the contract writes it, for messages. */
  readonly shorthand: string;
  readonly required: boolean;
  readonly type: 'string' | 'integer' | 'boolean' | 'object' | 'array';
  /** Bounds and enum as JSON Schema names them. */
  readonly rules: Readonly<Record<string, unknown>>;
  readonly default?: unknown;
  readonly accepted: readonly unknown[];
  readonly refused: readonly unknown[];
  /** Argument names of a nested object, or of a list's items. */
  readonly fields?: readonly string[];
}

export interface ContractAnswer {
  readonly name: string;
  readonly fields: readonly string[];
}

export interface ContractTool {
  readonly name: string;
  readonly kind: 'read' | 'write' | 'destructive';
  readonly title: string;
  readonly role: string;
  readonly operation?: string;
  readonly arguments: readonly ContractArgument[];
  readonly answers: readonly ContractAnswer[];
}

interface Entry {
  readonly kind: ContractTool['kind'];
  readonly title: string;
  readonly role: string;
  readonly operation?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly answers?: string;
}

const OF_EVERY_WRITE = {
  dry_run: 'boolean=false',
  reason: 'string(..500)',
  idempotency_key: 'string(8..128)',
  wait_seconds: 'int(0..25)=0',
};
const OF_EVERY_DESTRUCTIVE = { confirm_token: 'string' };
const OF_EVERY_LIST = { limit: 'int(1..200)=50', cursor: 'string' };

export function contractText(): string {
  return readFileSync(existsSync(SHARED_CONTRACT) ? SHARED_CONTRACT : GOLDEN_CONTRACT, 'utf8');
}

/** Every tool of the contract, common arguments included. */
export function readContract(text = contractText()): ContractTool[] {
  const sections = parse(text) as Record<string, Record<string, Entry>>;
  return Object.entries(sections)
    .filter(([section]) => section !== 'spine')
    .flatMap(([, tools]) => Object.entries(tools).map(([name, entry]) => readTool(name, entry)));
}

function readTool(name: string, { kind, title, role, operation, args, answers }: Entry): ContractTool {
  const isList = name.startsWith('mctl_list_');
  const shorthands = {
    ...args,
    ...(kind !== 'read' && OF_EVERY_WRITE),
    ...(kind === 'destructive' && OF_EVERY_DESTRUCTIVE),
    ...(isList && OF_EVERY_LIST),
  };
  return {
    name,
    kind,
    title,
    role,
    ...(operation && { operation }),
    arguments: Object.entries(shorthands).map(([argument, shorthand]) => readArgument(argument, shorthand)),
    answers: readAnswers(kind, answers ?? '', isList),
  };
}

type Shape = Omit<ContractArgument, 'name' | 'shorthand' | 'required' | 'default'>;

const text = (rules: object, accepted: unknown[], refused: unknown[]): Shape => ({
  type: 'string',
  rules: { ...rules },
  accepted,
  refused: [...refused, 7, true, null, [], {}],
});

const HOSTILE_NAMES = [
  '',
  'A',
  '-a',
  'a-',
  '9a',
  'a_b',
  'a.b',
  '../a',
  'a/b',
  '%2e%2e',
  'a\n',
  'а',
  'a\0',
  'a'.repeat(32),
];
const TAGS = text(
  {},
  ['1.2.3', '_x', 'V1', 'a'.repeat(128)],
  ['', '.1', '-1', 'a b', 'a/b', 'a:b', 'a\n', 'a'.repeat(129)],
);
const PATHS_REFUSED = ['a\nb', 'a\0', 'x'.repeat(2000)];

/** The named types of the contract's head, and the shapes that it describes in words. */
const NAMED: readonly (readonly [RegExp, Shape])[] = [
  [/^Name\b/, text({}, ['a', 'a1', 'billing-api', 'a'.repeat(31)], HOSTILE_NAMES)],
  [/^Tag\b/, TAGS],
  [
    /^Repo\b/,
    text({}, ['acme/api', 'a/b.c_d-e'], ['acme', 'acme/', '/api', 'a b/c', '-a/b', 'a/b/c', `${'a'.repeat(40)}/b`]),
  ],
  [/^Host\b/, text({}, ['api.example.com'], ['', 'a b', '*.example.com'])],
  [/^Qty\b/, text({}, ['500m', '3', '4Gi', '1.5', '1e3'], ['', '-1', '1 Gi', '4gi', 'Gi', '1Gi\n'])],
  [/^Duration\b/, text({}, ['30s', '10m', '1h', '7d'], ['1', 'h', '1w', '-1h', '1 h', '1h\n'])],
  [/^email$/, text({}, ['a@example.org'], ['a', '@', 'a@', '@b', 'a b@c', 'a@b\n'])],
  [
    /^OCI repository$/,
    text(
      {},
      ['ghcr.io/acme/api', 'registry:5000/a'],
      ['ghcr.io/acme/api:1', 'https://a/b', '../a', 'A B', 'a@sha256:0'],
    ),
  ],
  [/^path\b/, text({}, [], PATHS_REFUSED)],
  [/^default\|<name>$/, text({}, ['default', 'worker'], ['../a', 'a/b', 'A', 'a\n'])],
  [/^full id|^as above/, text({}, ['0123456789abcdef'], ['', '01234', '../a'])],
  [/^string\[\] of digits/, { type: 'array', rules: {}, accepted: [['1']], refused: [['a'], 'a', 7] }],
  [/^string\[\]/, { type: 'array', rules: {}, accepted: [[], ['API_KEY']], refused: [['a\nb'], [7], 'a', {}, 7] }],
  [
    /^map$/,
    {
      type: 'object',
      rules: {},
      accepted: [{}, { A: 'b' }, { A: null }],
      refused: [{ A: 7 }, { 'a b': 'c' }, [], 'a', 7],
    },
  ],
];

function readArgument(name: string, shorthand: string): ContractArgument {
  const required = shorthand.endsWith('!');
  const bare = required ? shorthand.slice(0, -1) : shorthand;
  const [type, fallback] = splitDefault(bare);
  const shape = shapeOf(type.replace(/ \(.*$/, ''));
  const written = fallback ?? (type === 'default|<name>' ? 'default' : undefined);
  return {
    name,
    shorthand,
    required,
    ...shape,
    ...(written !== undefined && { default: readDefault(shape, written) }),
  };
}

/** `type=default`, where the `=` is not inside braces, brackets or a pattern. */
function splitDefault(shorthand: string): [type: string, fallback?: string] {
  const found = /^([^=[{^]+)=(.+)$/.exec(shorthand);
  return found ? [found[1] ?? '', found[2]] : [shorthand];
}

/** Types that are written out, after the named ones: the first that matches counts. */
const WRITTEN: readonly (readonly [RegExp, (type: string) => Shape])[] = [
  [/^boolean$/, () => ({ type: 'boolean', rules: {}, accepted: [true, false], refused: ['yes', 1, null, []] })],
  [/^int\(/, integerShape],
  [/^string(\(|$)/, stringShape],
  [/^[a-z_-]+(\|[a-z_-]+)+$/, (type) => enumShape(type.split('|'))],
  [/^\^/, () => text({}, [], ['', '../..\n'])],
  [/^\[?\{.*\}\]?/, objectShape],
];

function shapeOf(type: string): Shape {
  const named = NAMED.find(([pattern]) => pattern.test(type))?.[1];
  const written = WRITTEN.find(([pattern]) => pattern.test(type))?.[1];
  if (!named && !written) throw new Error(`The reader of the contract does not know the type ${type}.`);
  return named ?? (written as (type: string) => Shape)(type);
}

function integerShape(type: string): Shape {
  const [minimum, maximum] = boundsOf(type);
  return {
    type: 'integer',
    rules: { minimum, maximum },
    accepted: [minimum, maximum],
    refused: [(minimum ?? 0) - 1, (maximum ?? 0) + 1, 1.5, 'x', '1e1', '01', null, [], {}, true],
  };
}

function stringShape(type: string): Shape {
  if (type === 'string') return text({}, ['x'], []);
  const [minimum, maximum] = boundsOf(type);
  const fits = 'x'.repeat(maximum ?? 0);
  const tooShort = minimum ? ['x'.repeat(minimum - 1)] : [];
  return text({ maxLength: maximum, ...(minimum && { minLength: minimum }) }, [fits], [`${fits}x`, ...tooShort]);
}

function boundsOf(type: string): [minimum: number | undefined, maximum: number | undefined] {
  const [, low, high] = /\((\d*)\.\.(\d+)\)/.exec(type) ?? [];
  return [low ? Number(low) : undefined, high ? Number(high) : undefined];
}

function enumShape(values: readonly string[]): Shape {
  return text({ enum: values }, [...values], ['', 'other', values[0]?.toUpperCase()]);
}

/** `{a: int(1..2), b: …}` and `[{user, role}] besides the creator`: the names are what counts here. */
function objectShape(type: string): Shape {
  const inner = /\{(.*)\}/.exec(type)?.[1] ?? '';
  const fields = inner.split(',').map((part) => part.trim().split(':')[0] ?? '');
  const isList = type.startsWith('[');
  return {
    type: isList ? 'array' : 'object',
    rules: {},
    accepted: isList ? [[]] : [{}],
    refused: isList ? [[{ unknown_key: 1 }], [7], {}, 'a', null] : [{ unknown_key: 1 }, [], 'a', 7, null],
    fields,
  };
}

function readDefault({ type }: Shape, fallback: string): unknown {
  return type === 'integer' || type === 'boolean' ? (JSON.parse(fallback) as unknown) : fallback;
}

/** Words that look like a field and are prose. */
const PROSE = new Set(['sorted']);
const SPINE_OF_WRITES: readonly ContractAnswer[] = readPieces(
  'operation {id,name,status}, workflow {name,engine,status}, commit {sha,url}, changes[] {path,action}, summary, warnings[], next_actions[] {tool,arguments,why}',
).flatMap(readPiece);
const SPINE_OF_LISTS: readonly ContractAnswer[] = readPieces('items[], count, next_cursor').flatMap(readPiece);

/** The fields that an answer's description names plainly; where a write's is prose, only the spine is asked for. */
function readAnswers(kind: ContractTool['kind'], answers: string, isList: boolean): ContractAnswer[] {
  const pieces = readPieces(answers);
  const fields = pieces.flatMap(readPiece);
  const named = kind === 'read' || fields.length === pieces.length ? fields : [];
  return [...(kind === 'read' ? [] : SPINE_OF_WRITES), ...(isList ? SPINE_OF_LISTS : []), ...named];
}

function readPieces(answers: string): string[] {
  const plain = answers.replace(/\([^)]*\)/g, '').replace(/[;:].*$/s, '');
  return plain
    .split(/,(?![^{]*\})/)
    .map((piece) => piece.trim())
    .filter(Boolean);
}

function readPiece(piece: string): ContractAnswer[] {
  const [, name = '', fields = ''] = /^([a-z_]+)(?:\[\])?(?: \{([a-z_,]+)\})?$/.exec(piece) ?? [];
  return name && !PROSE.has(name) ? [{ name, fields: fields.split(',').filter(Boolean) }] : [];
}
