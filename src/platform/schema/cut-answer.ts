import { type FieldSpec, fieldsOf, type SchemaClass } from './field-spec';

/** Most entries of a list or map inside an answer, and their characters, about 4,000 tokens: several of them fit into what clients take. */
const MOST = 100;
const CHARACTERS = 16_000;
const ANYWAY = 'REST answers all of them; its routes are at /docs.';

interface Note {
  readonly code: 'list_cut';
  readonly message: string;
}

/** What was cut, by the place of the field: a list inside of items counts once. */
type Notes = Map<string, Note>;

/**
 * An answer as a model gets it: lists and maps that grow with the repository or the input have an end, and a warning each says how many
 * there are and how to see the others (`narrow` of the field). Lists of which the call itself says how many it wants stay (`asked`).
 * The very same answer where nothing is cut.
 */
export function cutAnswer<T extends object>(type: SchemaClass, answer: T): T {
  const notes: Notes = new Map();
  const cut = cutObject(type, answer, '', notes);
  if (notes.size === 0) return answer;
  const { warnings = [] } = cut as { warnings?: readonly object[] };
  return { ...cut, warnings: [...warnings, ...notes.values()] } as T;
}

function cutObject(type: SchemaClass, value: object, path: string, notes: Notes): object {
  const fields = fieldsOf(type);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => {
      const spec = fields.get(name);
      return [name, spec ? cutValue(spec, item, path ? `${path}.${name}` : name, notes) : item];
    }),
  );
}

function cutValue(spec: FieldSpec, value: unknown, path: string, notes: Notes): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (spec.kind === 'object') return cutObject(spec.type(), value, path, notes);
  if (spec.kind === 'array') {
    const entries = (value as unknown[]).map((item) => cutValue(spec.items, item, `${path}[]`, notes));
    return spec.asked ? entries : within(entries, spec, path, notes);
  }
  return spec.kind === 'map' ? Object.fromEntries(within(Object.entries(value), spec, path, notes)) : value;
}

/** As many from the start as may be, and never none of some. */
function within<T>(entries: readonly T[], { narrow = ANYWAY }: FieldSpec, path: string, notes: Notes): readonly T[] {
  let size = 0;
  const fits = (entry: T, index: number) => (size += JSON.stringify(entry).length) <= CHARACTERS || index === 0;
  const end = entries.slice(0, MOST).findIndex((entry, index) => !fits(entry, index));
  const shown = entries.slice(0, end === -1 ? MOST : end);
  if (shown.length < entries.length) {
    const message = `${path}: ${shown.length} of ${entries.length} are shown. ${narrow}`;
    if (!notes.has(path)) notes.set(path, { code: 'list_cut', message });
  }
  return shown;
}
