import {
  type Alias,
  type Document,
  isAlias,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
} from 'yaml';
import { DataReader, plainLeaf, type Tree } from './plain-data-reader';
import { RecentlyRead } from './recently-read';
import { helmMeaning, Unquoted } from './unquoted';
import { YamlParseError } from './yaml-errors';
import type { YamlValue } from './yaml-value';

/** One parsed document together with the text it came from. */
export interface OpenedYaml {
  readonly source: string;
  readonly root: Node | null;
  /** Nodes some alias stands for: what is written there shows in several places. */
  readonly shared: ReadonlySet<Node>;
  /** Plain data of a node with aliases and merge keys resolved. */
  read(node: Node | null): YamlValue;
  /** The same with scalars as Helm reads them. */
  readAsHelm(node: Node | null): ValuesData;
}

/** A values file: text where Helm reads text, `Unquoted` where it reads a number or a boolean. */
export type ValuesData = Tree<string | Unquoted>;

const recent = new RecentlyRead<YamlValue>();
const recentValues = new RecentlyRead<ValuesData>();
/** Held weakly: the syntax of a file is a hundred times its size, and is asked for again at once or never. */
let lastOpened: WeakRef<OpenedYaml> | undefined;

/** Parses one document and keeps the way back to its characters. Throws YamlParseError. */
export function openYaml(source: string): OpenedYaml {
  const last = openedLast(source);
  if (last) return last;
  const opened = parseOpened(source, true);
  lastOpened = new WeakRef(opened);
  return opened;
}

function openedLast(source: string): OpenedYaml | undefined {
  const last = lastOpened?.deref();
  return last?.source === source ? last : undefined;
}

/** @param isEdited keeps the way back to the characters, which costs as much again as the data's own syntax. */
function parseOpened(source: string, isEdited: boolean): OpenedYaml {
  const lines = new LineCounter();
  const fail = (reason: string, offset: number): YamlParseError => {
    const { line, col } = lines.linePos(offset);
    return new YamlParseError(reason, Math.max(line, 1), Math.max(col, 1));
  };
  const document = parseOrFail(source, lines, isEdited);
  const [error] = document.errors;
  if (error) throw fail(error.message, error.pos[0]);
  const targets = aliasTargets(document);
  const shared = new Set([...targets.values()].filter((node) => node !== undefined));
  return {
    source,
    root: writtenRoot(document),
    shared,
    read: (node) => new DataReader(targets, fail, plainLeaf).read(node),
    readAsHelm: (node) => new DataReader(targets, fail, helmLeaf).read(node),
  };
}

/** Quotes, and a tag such as `!!str`, say what a scalar is; what has neither is what Helm takes it for. */
function helmLeaf(node: Scalar): string | Unquoted | null | undefined {
  const { value, source, type, tag } = node;
  if (type === Scalar.PLAIN && tag === undefined) return helmMeaning(source ?? '');
  if (typeof value === 'number' || typeof value === 'boolean') return new Unquoted(source ?? String(value), value);
  return typeof value === 'string' || value === null ? value : undefined;
}

/**
 * Parses one document into plain data; an empty one is `{}`. Throws YamlParseError with line and column, also for
 * duplicate keys, several documents, values JSON does not have and aliases that would blow the data up. The data is
 * frozen: whoever reads the same text gets the same object.
 */
export function parseYaml(source: string): YamlValue {
  return recent.of(source, (text) => {
    const opened = openYaml(text);
    return rootOf(opened, (root) => opened.read(root));
  });
}

/**
 * Parses a values file as Helm does, and keeps what somebody wrote; an empty one is `{}`. The data is frozen.
 * @throws YamlParseError as `parseYaml`, also for .inf and .nan, which Helm refuses.
 */
export function parseValues(source: string): ValuesData {
  return recentValues.of(source, parseValuesOnce);
}

/** The same for a text that nobody is going to ask for again soon: it pushes nothing out of memory. */
export function parseValuesOnce(source: string): ValuesData {
  const opened = openedLast(source) ?? parseOpened(source, false);
  return rootOf(opened, (root) => opened.readAsHelm(root));
}

function rootOf<T extends Tree<unknown>>({ root }: OpenedYaml, read: (root: Node) => T): T | Record<string, never> {
  try {
    return root === null ? {} : read(root);
  } catch (error) {
    throw error instanceof RangeError ? new YamlParseError('the document is nested too deeply', 1, 1) : error;
  }
}

function parseOrFail(source: string, lineCounter: LineCounter, keepSourceTokens: boolean): Document {
  try {
    return parseDocument<Node>(source, {
      keepSourceTokens,
      lineCounter,
      // Pretty errors quote the offending lines, and values files hold secrets that must not reach logs.
      prettyErrors: false,
      logLevel: 'error',
      // Fixed, so that a %YAML directive cannot change what a value means. The reader resolves merge keys itself.
      schema: 'core',
      merge: false,
      // The reader checks keys by the name they get as data, which also catches 1 beside "1".
      uniqueKeys: false,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new YamlParseError('the document is nested too deeply', 1, 1);
    throw error;
  }
}

/** An anchor may be defined again further down, so each alias takes the one that precedes it. */
function aliasTargets(document: Document): Map<Alias, Node | undefined> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function writtenRoot({ contents }: Document): Node | null {
  const nothingWritten =
    isScalar(contents) &&
    contents.source === '' &&
    contents.type === Scalar.PLAIN &&
    !contents.srcToken &&
    !contents.anchor;
  return nothingWritten ? null : contents;
}
