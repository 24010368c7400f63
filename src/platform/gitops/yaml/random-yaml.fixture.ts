import type { YamlPath, YamlValue } from './yaml-value';

/** First and last line of an entry, trailing comments of its own included. */
export interface LineRange {
  first: number;
  last: number;
}

export interface RandomDocument {
  text: string;
  data: YamlValue;
  /** Entries in block style by JSON of their path. */
  ranges: Map<string, LineRange>;
  /** Entries that share their first line with the dash of the list item around them. */
  afterDash: Set<string>;
}

type Random = (limit: number) => number;

/** A small seeded generator: the same seed writes the same document. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const WORDS = ['alpha', 'b-2', 'image.tag', 'http://x/y', 'it is', '/bin/sh', 'a_b', 'Zoé', '--flag', '10Mi'];
const AWKWARD = [
  '',
  'yes',
  '1.10',
  ' lead',
  'trail ',
  'a: b',
  'a #b',
  "it's",
  '"q"',
  '{x}',
  '- a',
  '&a',
  '<<',
  'p\nq\n',
  '\t',
  '😀',
];

export function randomString(random: Random): string {
  return random(3) === 0 ? (AWKWARD[random(AWKWARD.length)] ?? '') : (WORDS[random(WORDS.length)] ?? '') + random(9);
}

export function randomScalar(random: Random): YamlValue {
  const kind = random(8);
  if (kind === 0) return null;
  if (kind === 1) return random(2) === 0;
  if (kind === 2) return random(2000) / 8 - 100;
  return randomString(random);
}

export function randomValue(random: Random, depth: number): YamlValue {
  const kind = depth > 0 ? random(5) : 0;
  if (kind < 2) return randomScalar(random);
  const size = random(4);
  if (kind === 2) return Array.from({ length: size }, () => randomValue(random, depth - 1));
  return randomMap(random, size, depth - 1);
}

export function randomMap(random: Random, size: number, depth: number): YamlValue {
  return Object.fromEntries(Array.from({ length: size }, () => [randomString(random), randomValue(random, depth)]));
}

/** Writes data the way many different people would: styles, comments and spacing vary from line to line. */
export class RandomWriter {
  private readonly lines: string[] = [];
  private readonly ranges = new Map<string, LineRange>();
  private readonly afterDash = new Set<string>();
  private readonly step: number;
  private readonly listOffset: number;
  private comments = 0;

  constructor(private readonly random: Random) {
    this.step = random(2) === 0 ? 2 : 4;
    this.listOffset = random(2) === 0 ? 0 : this.step;
  }

  write(data: YamlValue): RandomDocument {
    if (this.random(3) === 0) this.lines.push(this.comment(), '');
    if (this.random(4) === 0) this.lines.push('---');
    this.block(data, 0, []);
    if (this.random(3) === 0) this.lines.push('', this.comment());
    const ending = this.random(2) === 0 ? '\n' : '\r\n';
    const text = this.lines.join(ending) + (this.random(4) === 0 ? '' : ending);
    return { text, data, ranges: this.ranges, afterDash: this.afterDash };
  }

  private block(value: YamlValue, column: number, path: YamlPath): void {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
      this.lines.push(this.inline(value));
      return;
    }
    const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    for (const key of keys) {
      this.space(column);
      const lead = typeof key === 'number' ? '-' : `${this.scalar(key, false)}:`;
      this.lines.push(' '.repeat(column) + lead);
      this.entry((value as Record<string, YamlValue>)[key] ?? null, column, [...path, key]);
    }
  }

  private entry(value: YamlValue, column: number, path: YamlPath): void {
    const first = this.lines.length - 1;
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && this.random(4) > 0) {
      this.collection(value, column, path);
    } else if (typeof value === 'string' && /^\S.*\S\n?$/s.test(value) && this.random(2) === 0) {
      this.blockScalar(value, column);
    } else this.append(this.gap() + this.inline(value) + this.trailing());
    this.ranges.set(JSON.stringify(path), { first, last: this.lines.length - 1 });
  }

  private collection(value: YamlValue[] | { [key: string]: YamlValue }, column: number, path: YamlPath): void {
    const isItem = typeof path.at(-1) === 'number';
    if (isItem && !Array.isArray(value) && this.random(3) > 0) this.mapAfterDash(value, column, path);
    else this.below(value, column, path);
  }

  private below(value: YamlValue, column: number, path: YamlPath): void {
    if (this.random(3) === 0) this.append(this.trailing());
    const isItem = typeof path.at(-1) === 'number';
    const child = column + (Array.isArray(value) && !isItem ? this.listOffset : this.step);
    this.block(value, child, path);
    // As deep as the children and deeper than the key: the entry's own comment.
    if (child > column && this.random(4) === 0) this.lines.push(' '.repeat(child) + this.comment());
  }

  private mapAfterDash(value: { [key: string]: YamlValue }, column: number, path: YamlPath): void {
    const [[key, item] = ['', null], ...rest] = Object.entries(value);
    this.append(` ${this.scalar(key, false)}:`);
    this.afterDash.add(JSON.stringify([...path, key]));
    this.entry(item, column + 2, [...path, key]);
    if (rest.length > 0) this.block(Object.fromEntries(rest), column + 2, path);
  }

  private blockScalar(value: string, column: number): void {
    this.append(` |${value.endsWith('\n') ? '' : '-'}${this.trailing()}`);
    for (const line of value.replace(/\n$/, '').split('\n')) this.lines.push(' '.repeat(column + 2) + line);
    if (this.random(2) === 0) this.lines.push('');
  }

  private inline(value: YamlValue): string {
    if (value === null && this.random(2) === 0) return '~';
    if (typeof value !== 'object' || value === null) return this.scalar(value, false);
    const space = this.random(2) === 0 ? '' : ' ';
    return this.flow(value, space);
  }

  private flow(value: YamlValue, space: string): string {
    if (typeof value !== 'object' || value === null) return this.scalar(value, true);
    const texts = Array.isArray(value)
      ? value.map((item) => this.flow(item, space))
      : Object.entries(value).map(([key, item]) => `${this.scalar(key, true)}: ${this.flow(item, space)}`);
    const [open, close] = Array.isArray(value) ? '[]' : '{}';
    const comma = texts.length > 0 && this.random(5) === 0 ? ',' : '';
    return open + space + texts.join(`,${' '.repeat(this.random(3))}`) + comma + space + close;
  }

  private scalar(value: YamlValue, flow: boolean): string {
    if (typeof value !== 'string') return String(value);
    const style = this.random(3);
    const simple = WORDS.some((word) => value.startsWith(word) && value.length === word.length + 1);
    if (simple && style > 0 && !(flow && value.includes(':'))) return value;
    const printable = /^[\u0020-\u007e]*$/.test(value);
    return printable && style > 1 ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
  }

  private append(text: string): void {
    this.lines.push((this.lines.pop() ?? '') + text);
  }

  private gap(): string {
    return ' '.repeat(1 + (this.random(3) === 0 ? this.random(5) : 0));
  }

  private trailing(): string {
    const kind = this.random(5);
    if (kind === 0) return `${this.gap()}${this.comment()}`;
    return kind === 1 ? '  ' : '';
  }

  private space(column: number): void {
    const kind = this.random(6);
    if (kind === 0) this.lines.push('');
    if (kind <= 1) this.lines.push(' '.repeat(column) + this.comment());
  }

  private comment(): string {
    this.comments += 1;
    return `# comment ${this.comments}: it's "one" {x}`;
  }
}
