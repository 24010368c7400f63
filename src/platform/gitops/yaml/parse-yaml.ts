import { type Alias, type Document, isAlias, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { PlainDataReader } from './plain-data-reader';
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
}

/** Parses one document and keeps the way back to its characters. Throws YamlParseError. */
export function openYaml(source: string): OpenedYaml {
  const lines = new LineCounter();
  const fail = (reason: string, offset: number): YamlParseError => {
    const { line, col } = lines.linePos(offset);
    return new YamlParseError(reason, Math.max(line, 1), Math.max(col, 1));
  };
  const document = parseOrFail(source, lines);
  const [error] = document.errors;
  if (error) throw fail(error.message, error.pos[0]);
  const targets = aliasTargets(document);
  const shared = new Set([...targets.values()].filter((node) => node !== undefined));
  const read = (node: Node | null): YamlValue => new PlainDataReader(targets, fail).read(node);
  return { source, root: writtenRoot(document), shared, read };
}

/**
 * Parses one document into plain data; an empty one is `{}`. Throws YamlParseError with line and column, also for
 * duplicate keys, several documents, values JSON does not have and aliases that would blow the data up.
 */
export function parseYaml(source: string): YamlValue {
  return rootData(openYaml(source));
}

/** The whole document's data. */
export function rootData(opened: OpenedYaml): YamlValue {
  try {
    return opened.root === null ? {} : opened.read(opened.root);
  } catch (error) {
    throw error instanceof RangeError ? new YamlParseError('the document is nested too deeply', 1, 1) : error;
  }
}

function parseOrFail(source: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument<Node>(source, {
      keepSourceTokens: true,
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
  const nothingWritten = isScalar(contents) && contents.source === '' && !contents.srcToken && !contents.anchor;
  return nothingWritten ? null : contents;
}
