import { validateSync, type ValidationError } from 'class-validator';
import { InvalidInput, type Problem } from '../errors';
import { expectation, show, showFor } from './describe';
import { explainUnknownKey, explainValue, UNKNOWN_ARGUMENT } from './explain';
import { type ArraySpec, type FieldSpec, fieldsOf, MAX_ITEMS, type SchemaClass } from './field-spec';

/** Nesting deeper than any of our inputs: a bomb, not a mistake. */
const MAX_DEPTH = 8;
/** Most problems that are told: an input with a hundred thousand of them is not answered with as many sentences. */
const MAX_PROBLEMS = 20;

/**
 * Turns what a caller sent into an instance of its DTO class.
 *
 * The exact string forms of numbers and booleans are converted, `""` for an optional argument means absent, defaults are filled
 * in, unknown keys are refused. All problems are reported together.
 *
 * @throws InvalidInput with one problem per wrong field.
 */
export function parseInput<T extends object>(type: SchemaClass<T>, raw: unknown): T {
  const problems: Problem[] = [];
  const instance = construct(type, raw ?? {}, '', problems);
  if (problems.length === 0 && instance && fieldsOf(type).size > 0) {
    problems.push(
      ...validateSync(instance, { forbidUnknownValues: false }).flatMap((error) => problemsOf(type, error, '')),
    );
  }
  if (problems.length > 0 || !instance) throw invalid(problems);
  return instance;
}

/** One error for all problems, led by the first. */
export function invalid(all: readonly Problem[]): InvalidInput {
  const problems = all.slice(0, MAX_PROBLEMS);
  const [first = {}] = problems;
  const fields = problems.map((problem) => problem.field ?? 'what was sent');
  const what =
    problems.length === 1
      ? `${fields[0]} is ${first.got === UNKNOWN_ARGUMENT ? 'an unknown argument' : 'not valid'}`
      : `${all.length} arguments are not valid: ${fields.join(', ')}${all.length > problems.length ? ' and more' : ''}`;
  return new InvalidInput(`${what}.`, { ...first, problems });
}

function construct<T extends object>(
  type: SchemaClass<T>,
  raw: unknown,
  path: string,
  problems: Problem[],
): T | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || path.split('.').length > MAX_DEPTH) {
    problems.push({
      field: path || undefined,
      got: typeof raw === 'string' ? 'text' : show(raw),
      expected: 'an object',
    });
    return undefined;
  }
  const fields = fieldsOf(type);
  problems.push(...unknownKeys(fields, raw, path));
  const instance = new type();
  for (const [key, spec] of fields) {
    const value = convertField(
      spec,
      Object.hasOwn(raw, key) ? (raw as Record<string, unknown>)[key] : undefined,
      join(path, key),
      problems,
    );
    if (value !== undefined) Object.assign(instance, { [key]: value });
  }
  return instance;
}

function unknownKeys(fields: ReadonlyMap<string, FieldSpec>, raw: object, path: string): Problem[] {
  const known = [...fields.keys()];
  const free = known.filter((name) => !Object.hasOwn(raw, name));
  const unknown = Object.keys(raw).filter((key) => !fields.has(key));
  return unknown.slice(0, MAX_PROBLEMS + 1).map((key) => explainUnknownKey(join(path, key), key, known, free));
}

function convertField(spec: FieldSpec, value: unknown, path: string, problems: Problem[]): unknown {
  const isOptional = spec.optional === true || spec.default !== undefined;
  if (value === undefined || (value === '' && isOptional)) {
    if (!isOptional) problems.push({ field: path, got: 'nothing', ...expectation(spec), fix: `Give ${path}.` });
    return spec.default;
  }
  return convert(spec, value, path, problems);
}

/** Changes only the form, never the meaning; whether the value keeps the rules is asked afterwards. */
function convert(spec: FieldSpec, value: unknown, path: string, problems: Problem[]): unknown {
  switch (spec.kind) {
    case 'integer':
    case 'number':
      return typeof value === 'string' && String(Number(value)) === value ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'object':
      return construct(spec.type(), value, path, problems);
    case 'array':
      return Array.isArray(value) ? convertItems(spec, value, path, problems) : value;
    default:
      return value;
  }
}

function convertItems(spec: ArraySpec, items: readonly unknown[], path: string, problems: Problem[]): unknown[] {
  if (items.length <= (spec.maxItems ?? MAX_ITEMS)) {
    return items.map((item, index) => convert(spec.items, item, `${path}[${index}]`, problems));
  }
  problems.push({ field: path, got: show(items), ...expectation(spec) });
  return [];
}

function problemsOf(type: SchemaClass, error: ValidationError, parent: string): Problem[] {
  const path = join(parent, error.property);
  const spec = fieldsOf(type).get(error.property);
  if (!spec) return [{ field: path, got: show(error.value) }];
  const children = error.children ?? [];
  if (children.length === 0) return [problemOf(spec, path, error)];
  if (spec.kind === 'array' && spec.items.kind === 'object') {
    const item = spec.items.type();
    return children.flatMap((child) =>
      (child.children ?? []).flatMap((inner) => problemsOf(item, inner, `${path}[${child.property}]`)),
    );
  }
  return spec.kind === 'object' ? children.flatMap((child) => problemsOf(spec.type(), child, path)) : [];
}

function problemOf(spec: FieldSpec, path: string, { value, constraints }: ValidationError): Problem {
  const isOnlyHidden = Object.keys(constraints ?? {}).join() === 'noHidden';
  if (!isOnlyHidden) return explainValue(spec, path, value);
  return {
    field: path,
    got: showFor(spec, value),
    expected: 'text without control, invisible or bidirectional characters',
  };
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
