import { seededRandom } from '../../src/platform/gitops/yaml/random-yaml.fixture';

export type Random = ReturnType<typeof seededRandom>;

/** A scalar in exactly this notation, e.g. `0o17`, `&db db.internal`, `*db`. */
export class Written {
  constructor(
    readonly text: string,
    readonly value: OddValue,
  ) {}
}

export type OddValue = null | boolean | number | string | Written | OddValue[] | { [key: string]: OddValue };
type Collection = OddValue[] | { [key: string]: OddValue };

const PLAIN = /^[A-Za-z/](?:[\w./@-]|:(?=[\w/]))*(?: [\w./@-]+)*$/;
const AMBIGUOUS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Everything that starts like a comment and is one. `[n]` makes each unique, so that a test can tell which went. */
const REMARKS = [
  '# raised after incident 77, ask ada',
  '#no space, "quotes\' and {braces: *x}',
  '#\twith a tab\tand another',
  '# FEATURE_X: on',
  '# - name: was-here',
  '# ------------------------------',
  '#    replicaCount: 12   # on black friday',
  '# Zoé wrote: 10 % → 20 %; see #412 & https://wiki.example.org/a?b=c#d',
];

/**
 * Writes data the way many hands do over years: every style YAML has for the same thing, comments at every depth, blank lines, and
 * spacing that changes from line to line. What it writes means the data it is given, nothing else.
 */
export class OddWriter {
  private readonly lines: string[] = [];
  private readonly step: number;
  private readonly listOffset: number;
  private remarks = 0;
  /** The last line belongs to a script: whatever stands deeper or blank below it would become part of it. */
  private inScript = false;

  constructor(private random: Random) {
    this.step = this.oneIn(3) ? 4 : 2;
    this.listOffset = this.oneIn(2) ? 0 : this.step;
  }

  /** One key of the top level; `random` makes it independent of the keys before it. */
  section(key: string, value: OddValue, random: Random): this {
    this.random = random;
    this.pair(key, value, 0);
    return this;
  }

  remarkAbove(): this {
    this.lines.push(this.remark());
    return this;
  }

  text(random: Random): string {
    this.random = random;
    if (this.oneIn(3)) this.lines.push(...(this.inScript || this.oneIn(2) ? [] : ['']), this.remark());
    const lines = [...this.start(), ...this.lines, ...(this.oneIn(12) ? ['...'] : [])];
    const habit = random(8);
    const ending = () => (habit < 3 ? '\r\n' : habit === 3 && this.oneIn(3) ? '\r\n' : '\n');
    const body = lines.map((line, index) => line + (index < lines.length - 1 ? ending() : '')).join('');
    const close = this.oneIn(4) ? '' : ending().repeat(this.oneIn(8) && !this.inScript ? 3 : 1);
    return (this.oneIn(12) ? '\uFEFF' : '') + body + close;
  }

  private start(): string[] {
    const head = this.oneIn(3) ? ['# Service: api', '# Team: billing', '# Chart: base-service', ''] : [];
    if (this.oneIn(8)) head.push(this.oneIn(2) ? '---' : '--- # values');
    return head;
  }

  private pair(key: string, value: OddValue, column: number): void {
    this.between(column);
    this.lines.push(' '.repeat(column) + this.key(key) + (this.oneIn(40) ? ' :' : ':'));
    this.value(value, column, false);
  }

  private item(value: OddValue, column: number): void {
    this.between(column);
    this.lines.push(`${' '.repeat(column)}-`);
    this.value(value, column, true);
  }

  private value(value: OddValue, column: number, isItem: boolean): void {
    this.inScript = false;
    if (isFilled(value)) this.collection(value, column, isItem);
    else if (typeof value === 'string' && this.isScript(value)) this.script(value, column);
    else this.scalarAfter(value, column);
  }

  private scalarAfter(value: OddValue, column: number): void {
    const text = this.inline(value, false);
    if (text !== '' && this.oneIn(40)) this.lines.push(' '.repeat(column + this.step) + text);
    else if (text !== '') this.append(this.gap() + text);
    this.append(this.trailing());
  }

  private collection(value: Collection, column: number, isItem: boolean): void {
    if (this.oneIn(6) && !holdsScript(value)) {
      this.append(`${this.gap()}${this.flow(value, column)}${this.trailing()}`);
      return;
    }
    const [first, ...rest] = Array.isArray(value) ? [] : Object.entries(value);
    if (isItem && first && !this.oneIn(8)) {
      this.afterDash(first, rest, column);
      return;
    }
    if (this.oneIn(3)) this.append(this.trailing());
    const child = column + (Array.isArray(value) ? (isItem ? 2 : this.listOffset) : this.step);
    this.children(value, child);
    if (this.oneIn(8) && !this.inScript) this.lines.push(' '.repeat(child) + this.remark());
  }

  private children(value: Collection, column: number): void {
    if (Array.isArray(value)) for (const each of value) this.item(each, column);
    else for (const [key, each] of Object.entries(value)) this.pair(key, each, column);
  }

  /** `-   name: x`: the later keys stand under the first. */
  private afterDash([key, value]: [string, OddValue], rest: [string, OddValue][], column: number): void {
    const gap = this.oneIn(6) ? '   ' : ' ';
    this.append(`${gap}${this.key(key)}:`);
    const child = column + 1 + gap.length;
    this.value(value, child, false);
    for (const [name, each] of rest) this.pair(name, each, child);
  }

  private script(value: string, column: number): void {
    const depth = ' '.repeat(column + this.step);
    if (!value.includes('\n')) {
      this.append(`${this.gap()}>-${this.remarkAfter()}`);
      this.lines.push(depth + value.slice(0, value.indexOf(' ')), depth + value.slice(value.indexOf(' ') + 1));
    } else {
      this.append(`${this.gap()}|${value.endsWith('\n') ? '' : '-'}${this.remarkAfter()}`);
      for (const line of value.replace(/\n$/, '').split('\n')) this.lines.push(line === '' ? '' : depth + line);
    }
    this.inScript = true;
  }

  private flow(value: OddValue, column: number): string {
    if (!isFilled(value)) return this.inline(value, true);
    const parts = Array.isArray(value)
      ? value.map((each) => this.flow(each, column))
      : Object.entries(value).map(([key, each]) => `${this.key(key)}: ${this.flow(each, column)}`);
    const [open = '', close = ''] = Array.isArray(value) ? '[]' : '{}';
    if (this.oneIn(10)) return this.flowLines(parts, open, close, column);
    const space = this.oneIn(3) ? ' ' : '';
    return open + space + parts.join(this.oneIn(4) ? ' ,  ' : ', ') + (this.oneIn(10) ? ',' : '') + space + close;
  }

  private flowLines(parts: readonly string[], open: string, close: string, column: number): string {
    const depth = `\n${' '.repeat(column + this.step)}`;
    const comma = this.oneIn(3) ? ',' : '';
    return `${open}${depth}${parts.join(`,${depth}`)}${comma}\n${' '.repeat(column + 1)}${close}`;
  }

  private inline(value: OddValue, flow: boolean): string {
    if (value instanceof Written) return value.text;
    if (value === null) return ['null', '~', flow ? 'null' : ''][this.random(3)] ?? '';
    if (Array.isArray(value)) return this.oneIn(4) ? '[ ]' : '[]';
    if (typeof value === 'object') return this.oneIn(4) ? '{  }' : '{}';
    return typeof value === 'string' ? this.string(value, flow) : String(value);
  }

  private string(value: string, flow: boolean): string {
    const style = this.random(5);
    if (PLAIN.test(value) && !AMBIGUOUS.test(value) && style < 3) {
      return this.oneIn(50) && !flow ? `!!str ${value}` : value;
    }
    return style === 3 || /[^ -~]/.test(value) ? JSON.stringify(value) : `'${value.replaceAll("'", "''")}'`;
  }

  private key(key: string): string {
    if (!/^[A-Za-z_][\w.-]*$/.test(key)) return JSON.stringify(key);
    return this.oneIn(40) ? `"${key}"` : key;
  }

  /** What people put below its key: several lines, or one that is folded at a blank. */
  private isScript(value: string): boolean {
    if (value.includes('\n')) return /^\S/.test(value) && !this.oneIn(6);
    return /^[A-Za-z]\S*(?: \S+)+$/.test(value) && this.oneIn(4);
  }

  private between(column: number): void {
    if (this.oneIn(6)) this.lines.push(this.oneIn(4) && !this.inScript ? '  ' : '');
    if (this.oneIn(6)) {
      const depth = this.inScript ? column : ([0, column, column, column + 2][this.random(4)] ?? column);
      this.lines.push(' '.repeat(depth) + this.remark());
    }
  }

  private trailing(): string {
    const kind = this.random(6);
    if (kind === 0) return this.remarkAfter(true);
    return kind === 1 ? ([' ', '   ', '\t'][this.random(3)] ?? '') : '';
  }

  private remarkAfter(always = false): string {
    if (!always && !this.oneIn(4)) return '';
    return `${['  ', ' ', '\t', '        '][this.random(4)] ?? ' '}${this.remark()}`;
  }

  private remark(): string {
    this.remarks += 1;
    return `${REMARKS[this.random(REMARKS.length)] ?? '#'} [${this.remarks}]`;
  }

  private gap(): string {
    return ' '.repeat(this.oneIn(8) ? 1 + this.random(5) : 1);
  }

  private append(text: string): void {
    const [first = '', ...more] = text.split('\n');
    this.lines.push((this.lines.pop() ?? '') + first, ...more);
  }

  private oneIn(chances: number): boolean {
    return this.random(chances) === 0;
  }
}

function isFilled(value: OddValue): value is Collection {
  return typeof value === 'object' && value !== null && !(value instanceof Written) && Object.keys(value).length > 0;
}

function holdsScript(value: OddValue): boolean {
  if (isFilled(value)) return Object.values(value).some(holdsScript);
  return typeof value === 'string' && value.includes('\n');
}

/** The data without its notation. */
export function plainData(value: OddValue): unknown {
  if (value instanceof Written) return plainData(value.value);
  if (Array.isArray(value)) return value.map(plainData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainData(each)]));
}
