import { isCollection, isMap, isNode, isPair, isScalar, isSeq, type Node, parseDocument, Scalar } from 'yaml';

export type Path = readonly (string | number)[];

interface Place {
  /** The key's first character, or that of a list item's value. */
  readonly start: number;
  readonly node: Node | null;
}

/** A text and where its values stand, found by another way than the engine's: through the ranges of the parsed nodes. */
export class Layout {
  private static last: Layout[] = [];
  private readonly root: Node | null;
  /** What the text means, to the parser alone. */
  readonly data: unknown;

  /** The same text is asked for several times in a row. */
  static of(text: string): Layout {
    const known = Layout.last.find((each) => each.text === text);
    if (known) return known;
    const layout = new Layout(text);
    Layout.last = [layout, ...Layout.last.slice(0, 3)];
    return layout;
  }

  private constructor(readonly text: string) {
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
    const [error] = document.errors;
    if (error) throw new Error(`${error.message}\n${text}`);
    this.root = document.contents;
    this.data = document.toJS();
  }

  find(path: Path): Place | undefined {
    let place: Place | undefined = { start: 0, node: this.root };
    for (const segment of path) place = place && child(place.node, segment);
    return place;
  }

  /** A scalar on one line, in plain or quoted style, without anchor and tag. */
  inlineScalar(path: Path): Scalar | undefined {
    const node = this.find(path)?.node;
    if (!isScalar(node) || node.anchor || node.tag || !node.range) return undefined;
    const [start, end] = node.range;
    const isInline = start < end && !this.text.slice(start, end).includes('\n');
    return isInline && node.type !== Scalar.BLOCK_FOLDED && node.type !== Scalar.BLOCK_LITERAL ? node : undefined;
  }

  isFilledBlock(path: Path): boolean {
    const node = this.find(path)?.node;
    return isCollection(node) && node.items.length > 0 && node.flow !== true;
  }

  /** From the start of the entry's first line to the start of the line after its last. */
  lines(path: Path): [start: number, end: number] | undefined {
    const place = this.find(path);
    if (!place) return undefined;
    const start = this.text.lastIndexOf('\n', place.start - 1) + 1;
    const end = Math.max(place.start, lastEnd(place.node) - 1);
    const feed = this.text.indexOf('\n', end);
    return [start, feed === -1 ? this.text.length : feed + 1];
  }
}

/** End of the last thing written; the range of a block collection takes in the comments below it. */
function lastEnd(node: unknown): number {
  if (!isNode(node)) return 0;
  if (!isCollection(node) || node.flow || node.items.length === 0) return node.range?.[1] ?? 0;
  const last: unknown = node.items.at(-1);
  return isPair(last) ? Math.max(lastEnd(last.value), lastEnd(last.key)) : lastEnd(last);
}

function child(node: Node | null, segment: string | number): Place | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return isNode(item) && item.range ? { start: item.range[0], node: item } : undefined;
  }
  const pair = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment))
    : undefined;
  if (!pair || !isScalar(pair.key)) return undefined;
  const start = pair.key.range?.[0] ?? 0;
  return { start, node: isNode(pair.value) ? pair.value : null };
}

/**
 * What is left of two versions of a file without what may differ, as two texts to compare: of a scalar that both have on one line
 * just its own characters go, of anything else the lines of the nearest entry that both do not hold as a filled block.
 * @param loosely where entries went or came again elsewhere: their whole lines go, and the blank and comment lines among them.
 */
export function residues(before: string, after: string, touched: readonly Path[], loosely = false): [string, string] {
  const [left, right] = [Layout.of(before), Layout.of(after)];
  const cuts = touched.map((path) => {
    const value = !loosely && Boolean(left.inlineScalar(path) && right.inlineScalar(path));
    return { path: value ? path : entryOf(path, left, right), value };
  });
  // Without a final line ending, the one before the last line belongs to whatever line comes last.
  const close = (text: string) => (/\n$/.test(before) ? text : text.replace(/\r?\n$/, ''));
  const tidy = (text: string) => close(loosely ? withoutRemarks(text.endsWith('\n') ? text : `${text}\n`) : text);
  return [tidy(without(left, cuts)), tidy(without(right, cuts))];
}

function withoutRemarks(text: string): string {
  const kept = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  return kept.map((line) => `${line}\n`).join('');
}

function entryOf(path: Path, left: Layout, right: Layout): Path {
  for (let depth = 1; depth < path.length; depth += 1) {
    const prefix = path.slice(0, depth);
    if (!left.isFilledBlock(prefix) || !right.isFilledBlock(prefix)) return prefix;
  }
  return path;
}

function without(layout: Layout, cuts: readonly { path: Path; value: boolean }[]): string {
  const ranges = cuts.flatMap(({ path, value }): [number, number, string][] => {
    const range = value ? layout.inlineScalar(path)?.range : layout.lines(path);
    return range ? [[range[0], range[1], value ? '§' : '']] : [];
  });
  let text = '';
  let position = 0;
  for (const [start, end, mark] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (start < position) continue;
    text += layout.text.slice(position, start) + mark;
    position = end;
  }
  return text + layout.text.slice(position);
}
