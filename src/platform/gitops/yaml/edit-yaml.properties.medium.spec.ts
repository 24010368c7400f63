import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parse } from 'yaml';
import { editYaml, parseYaml, toYaml, type YamlEdit, type YamlPath, type YamlValue } from './edit-yaml';
import {
  type LineRange,
  type RandomDocument,
  randomMap,
  randomScalar,
  randomString,
  randomValue,
  RandomWriter,
  seededRandom,
} from './random-yaml.fixture';

type Random = ReturnType<typeof seededRandom>;
type Container = YamlValue[] | { [key: string]: YamlValue };

const RUNS = Number(process.env['YAML_RUNS'] ?? 400);
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

const TRICKY = [
  'yes',
  '<<',
  '=',
  '~',
  '1e3',
  '1:30',
  '0o7',
  '012',
  '2024-01-01',
  '.inf',
  '__proto__',
  'constructor',
  '- x',
  'a: b',
];
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...TRICKY, '\r', 'a\r\nb', '\u0085'),
);
const json = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true }),
    fc.integer(),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

function randomDocument(random: Random): RandomDocument {
  return new RandomWriter(random).write(random(8) === 0 ? randomValue(random, 3) : randomMap(random, 1 + random(5), 4));
}

function isContainer(value: YamlValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

function allPaths(value: YamlValue, path: YamlPath = []): YamlPath[] {
  if (!isContainer(value)) return [path];
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => allPaths(at(value, [key]) ?? null, [...path, key]))];
}

function at(value: YamlValue, path: YamlPath): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>((inner, key) => (inner as Record<string, YamlValue>)[key], value);
}

/** An independent way to the expected data: copy and mutate. */
function expectedData(data: YamlValue, edit: YamlEdit): YamlValue {
  const key = edit.path.at(-1);
  if (key === undefined) return 'set' in edit ? edit.set : data;
  const copy = JSON.parse(JSON.stringify(data)) as YamlValue;
  const parent = at(copy, edit.path.slice(0, -1)) as Record<string, YamlValue>;
  if ('set' in edit) {
    Object.defineProperty(parent, key, { value: edit.set, enumerable: true, writable: true, configurable: true });
  } else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

function randomEdit(random: Random, data: YamlValue): YamlEdit {
  const paths = allPaths(data);
  const path = paths[random(paths.length)] ?? [];
  const value = at(data, path);
  const kind = random(4);
  if (kind === 0 && path.length > 0) return { path, delete: true };
  if (kind === 1 && isContainer(value)) {
    const key = Array.isArray(value) ? value.length : `${randomString(random)} new`;
    return { path: [...path, key], set: randomValue(random, 2) };
  }
  return { path, set: kind === 2 ? randomScalar(random) : randomValue(random, 3) };
}

/** Edits of which each fits the data that those before it leave. */
function randomEdits(random: Random, data: YamlValue): YamlEdit[] {
  const edits: YamlEdit[] = [];
  let present = data;
  for (let count = 1 + random(6); count > 0; count -= 1) {
    const edit = randomEdit(random, present);
    // Where the whole document is replaced, nothing of it is left to be neighbours.
    if (edit.path.length === 0) continue;
    edits.push(edit);
    present = expectedData(present, edit);
  }
  return edits;
}

/** The lines an edit may touch: those of the nearest entry in block style that holds the whole change. */
function touchedRange({ ranges, afterDash, data }: RandomDocument, edit: YamlEdit): LineRange {
  let path = edit.path;
  if ('delete' in edit) {
    const siblings = Object.keys(at(data, path.slice(0, -1)) ?? {}).length;
    if (siblings === 1 || afterDash.has(JSON.stringify(path))) path = path.slice(0, -1);
  }
  while (path.length > 0 && !ranges.has(JSON.stringify(path))) path = path.slice(0, -1);
  return ranges.get(JSON.stringify(path)) ?? { first: 0, last: Infinity };
}

const linesOf = (source: string): string[] => source.split('\n');
/** Comments and blanks next to a value that one edit brings and the next extends may stand before or after the addition. */
const linesInAnyOrder = (source: string): string[] =>
  linesOf(source)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .sort();
const commentsOf = (source: string): string[] => source.match(/# comment \d+: it's "one" \{x\}/g) ?? [];

function describeFailure(document: RandomDocument, edit: YamlEdit | YamlEdit[], result: string): string {
  return `${JSON.stringify(edit)}\n--- before\n${document.text}\n--- after\n${result}`;
}

describe('toYaml and parseYaml', () => {
  it('S31 round-trip every JSON value in YAML 1.1 and 1.2', () => {
    fc.assert(
      fc.property(json, (value) => {
        const source = toYaml(value, ['header']);
        const isEqual = (other: unknown): boolean => isDeepStrictEqual(other, value);
        return (
          isEqual(parseYaml(source)) &&
          isEqual(parse(source, { version: '1.1', schema: 'yaml-1.1' })) &&
          isEqual(parse(source, { version: '1.2' }))
        );
      }),
      { numRuns: RUNS },
    );
  });
});

describe('editYaml on random documents', () => {
  it('reads what the generator wrote', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const document = randomDocument(seededRandom(seed));
        expect(parseYaml(document.text)).toEqual(document.data);
      }),
      { numRuns: RUNS },
    );
  });

  it('S31 reaches the data and leaves all other lines and their comments alone', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const document = randomDocument(random);
        const edit = randomEdit(random, document.data);
        const result = editYaml(document.text, [edit]);
        const context = describeFailure(document, edit, result);
        const parsed: unknown = parse(result, { version: '1.2' });
        if (!isDeepStrictEqual(parsed, expectedData(document.data, edit))) throw new Error(`other data: ${context}`);
        const { first, last } = touchedRange(document, edit);
        const before = linesOf(document.text);
        const head = before.slice(0, first);
        const tail = last === Infinity ? [] : before.slice(last + 1);
        const after = linesOf(result);
        const kept = after.length >= head.length + tail.length - 1;
        // Deleting the last line of a file without final newline takes the line ending before it.
        const bare = (lines: string[]): string => lines.join('\n').replace(/\r$/, '');
        const sameHead = bare(after.slice(0, head.length)) === bare(head);
        const lastTail = tail.length > 0 ? after.slice(-tail.length) : [];
        if (!kept || !sameHead || !isDeepStrictEqual(lastTail, tail)) throw new Error(`other lines: ${context}`);
      }),
      { numRuns: RUNS * 5 },
    );
  });

  it('keeps every comment when it adds a key or changes a scalar', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const document = randomDocument(random);
        const edit = randomEdit(random, document.data);
        const old = edit.path.length > 0 ? at(document.data, edit.path) : undefined;
        fc.pre('set' in edit && edit.path.length > 0 && !isContainer(old));
        const result = editYaml(document.text, [edit]);
        if (!isDeepStrictEqual(commentsOf(result), commentsOf(document.text))) {
          throw new Error(`lost a comment: ${describeFailure(document, edit, result)}`);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the original bytes back when a scalar is set and set back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const document = randomDocument(random);
        const paths = allPaths(document.data).filter((path) => /^\w[-\w.]*$/.test(String(at(document.data, path))));
        const path = paths[random(paths.length || 1)];
        fc.pre(path !== undefined && !/[:-] [|]/.test(document.text));
        const old = at(document.data, path ?? []) ?? null;
        fc.pre(typeof old === 'string' || typeof old === 'number');
        const other = typeof old === 'string' ? 'replaced.value' : 4711;
        const there = editYaml(document.text, [{ path: path ?? [], set: other }]);
        expect(there).not.toBe(document.text);
        const back = editYaml(there, [{ path: path ?? [], set: old }]);
        fc.pre(!/^[\d.]+$/.test(String(old)) || typeof old === 'number');
        expect(back).toBe(document.text);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the original bytes back when a key is added to a block map and deleted', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const document = randomDocument(random);
        const paths = allPaths(document.data).filter((path) => {
          const value = at(document.data, path);
          if (!isContainer(value) || Array.isArray(value)) return false;
          return Object.keys(value).some((key) => document.ranges.has(JSON.stringify([...path, key])));
        });
        const path = paths[random(paths.length || 1)];
        fc.pre(path !== undefined);
        const added = [...(path ?? []), 'added'];
        const there = editYaml(document.text, [{ path: added, set: randomValue(random, 3) }]);
        expect(there).not.toBe(document.text);
        expect(editYaml(there, [{ path: added, delete: true }])).toBe(document.text);
      }),
      { numRuns: RUNS },
    );
  });

  it('changes nothing when it sets what is there', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const document = randomDocument(random);
        const paths = allPaths(document.data);
        const path = paths[random(paths.length)] ?? [];
        expect(editYaml(document.text, [{ path, set: at(document.data, path) ?? null }])).toBe(document.text);
      }),
      { numRuns: RUNS },
    );
  });

  it('makes many edits together as one after another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const document = randomDocument(random);
        const edits = randomEdits(random, document.data);
        const apart = edits.reduce((text, edit) => editYaml(text, [edit]), document.text);
        const together = editYaml(document.text, edits);
        // A step may take a comment along that only the step before it moved there; made together neither does.
        const lost = without(together, commentsOf(apart));
        // Nor is one kept outside of a container by a value that stands in its place between two steps only.
        const kept = isSetAndDeleted(edits) ? without(apart, commentsOf(together)) : apart;
        if (!isDeepStrictEqual(linesInAnyOrder(lost), linesInAnyOrder(kept))) {
          throw new Error(`${describeFailure(document, edits, together)}\n--- apart\n${apart}`);
        }
      }),
      { numRuns: RUNS * 5, examples: [[236450446]] },
    );
  });
});

/** The text without the comments that are none of those wanted. */
function without(text: string, wanted: readonly string[]): string {
  const others = commentsOf(text).filter((comment) => !wanted.includes(comment));
  return others.reduce((result, comment) => result.replace(comment, ''), text);
}

function isSetAndDeleted(edits: readonly YamlEdit[]): boolean {
  return edits.some(
    (edit, index) =>
      'set' in edit &&
      edits.slice(index + 1).some((later) => 'delete' in later && isDeepStrictEqual(later.path, edit.path)),
  );
}
