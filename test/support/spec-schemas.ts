import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Loose } from './loose';

export type Revision = '2025-06-18' | '2025-11-25' | '2026-07-28';

/** What only one revision defines. */
const MARKS: Record<Revision, (names: Set<string>) => boolean> = {
  '2025-06-18': (names) => names.has('ElicitResult') && !names.has('Task') && !names.has('DiscoverResult'),
  '2025-11-25': (names) => names.has('Task') && !names.has('DiscoverResult'),
  '2026-07-28': (names) => names.has('DiscoverResult'),
};

/**
 * The JSON Schema of each protocol revision. No package publishes them apart; the official conformance suite carries them inside of
 * its one file, as object literals, and checks with them too.
 */
const source = readFileSync(
  join(dirname(require.resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js'),
  'utf8',
);
const documents = [...source.matchAll(/\{\$schema:`[^`]+`,(?:definitions|\$defs):\{Annotations/g)].map(({ index }) =>
  runInNewContext(`(${literalAt(index)})`),
);
const compiled = new Map<string, ValidateFunction>();

/** Checks a value against a definition of a revision, e.g. `ListToolsResult`. */
export function violations(revision: Revision, definition: string, value: unknown): string[] {
  const validate = validator(revision, definition);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${definition}${instancePath} ${message}`);
}

export function defines(revision: Revision, definition: string): boolean {
  return definition in definitionsOf(documentOf(revision));
}

function validator(revision: Revision, definition: string): ValidateFunction {
  const key = `${revision} ${definition}`;
  const known = compiled.get(key);
  if (known) return known;
  const document = documentOf(revision);
  const Dialect = '$defs' in document ? Ajv2020 : Ajv;
  // Formats say more than the wire needs, and the spec's documents name some that ajv has not.
  const ajv = new Dialect({ strict: false, validateFormats: false, allErrors: true });
  const folder = '$defs' in document ? '$defs' : 'definitions';
  const validate = ajv.compile({ ...document, $ref: `#/${folder}/${definition}` });
  compiled.set(key, validate);
  return validate;
}

function documentOf(revision: Revision): Loose {
  const found = documents.find((document) => MARKS[revision](new Set(Object.keys(definitionsOf(document)))));
  if (!found) throw new Error(`The conformance suite has no schema of ${revision}.`);
  return found;
}

function definitionsOf(document: Loose): Record<string, unknown> {
  return (document.$defs ?? document.definitions) as Record<string, unknown>;
}

/** The object literal that begins at an index: up to the brace that closes it, none of those in a string counted. */
function literalAt(start: number): string {
  const token = /`(?:[^`\\]|\\[^])*`|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[{}]/g;
  token.lastIndex = start;
  let depth = 0;
  for (let match = token.exec(source); match; match = token.exec(source)) {
    if (match[0] === '{') depth += 1;
    else if (match[0] === '}') depth -= 1;
    if (depth === 0) return source.slice(start, token.lastIndex);
  }
  throw new Error('A schema in the conformance suite does not end.');
}
