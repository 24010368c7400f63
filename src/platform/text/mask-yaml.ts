import { isSecretName, MASK, maskCredentials } from './secrets';

/** Keys of manifests whose values are names of secrets, not secrets. */
const NAMES = new Set(['secretKey', 'targetSecret', 'passwordSecret', 'secret_reference']);

/** `key: value` of a block mapping, also as item of a list or commented out. */
const PAIR = /^([\s#]*(?:- +)*)("[^"]+"|'[^']+'|[A-Za-z0-9_./-]+)(\s*:(?:\s+|$))(.*)$/;
/** Pairs inside `{ … }`. */
const FLOW_PAIR = /([{,]\s*)("[^"]+"|'[^']+'|[A-Za-z0-9_.-]+)(\s*:\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^,{}[\]]+)/g;
/** Nothing yet but an anchor, a tag or a comment: the value follows on the next lines. */
const FOLLOWS = /^(?:[&!]\S*(?:\s+|$))*(?:#.*)?$/;
const BLOCK_SCALAR = /^(?:[&!]\S*\s+)*[|>]/;
const NO_SECRET = /^(?:true|false|null|~|\*\S+|\{.*)\s*(?:#.*)?$/;

/** A template that only refers to something: `{{ .password }}`, `{{ .Values.token | b64enc }}`. With a literal in it, it may be the secret. */
const REFERENCE = /^\{\{-? *[.$][\w.$]*(?: *\| *[a-zA-Z]\w*)* *-?\}\}$/;
/** Where something lies, e.g. `teams/billing/api`: words alone, as keys that somebody made up are never written. */
const PATH = /^\/?(?:[a-z][a-z0-9._-]{0,62}\/){2,8}[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const COMMENT = /\s+#.*$/;

/** Whether a value is none, or only says where one is found. A plan is to be exact where nothing has to be hidden. */
function isHarmless(value: string): boolean {
  if (NO_SECRET.test(value)) return true;
  const text = unquoted(value.trim().replace(COMMENT, ''));
  return REFERENCE.test(text) || PATH.test(text);
}

/**
 * YAML as it may be shown: values of keys with secret names, values of `name`/`value` pairs with one, and everything that looks like
 * a credential are masked, over as many lines as they have. Works line by line, so that it copes with files that cannot be parsed.
 */
export function maskYaml(text: string): string {
  return maskCredentials(new YamlMask(text.split('\n')).lines().join('\n'));
}

interface Pair {
  /** The line up to its value. */
  readonly start: string;
  readonly column: number;
  readonly isItem: boolean;
  readonly name: string;
  readonly value: string;
}

function readPair(line: string): Pair | undefined {
  const [, lead, key, colon, value] = PAIR.exec(line.replace(/\r$/, '')) ?? [];
  if (lead === undefined || key === undefined || value === undefined) return undefined;
  return {
    start: `${lead}${key}${colon}`,
    column: lead.length,
    isItem: lead.includes('-'),
    name: unquoted(key),
    value,
  };
}

class YamlMask {
  /** Column of the key whose value is being hidden: it goes on while lines are indented deeper. */
  private hidden: number | undefined;
  /** Column of a `name: SECRET` whose `value` is still to come. */
  private named: number | undefined;

  constructor(private readonly source: readonly string[]) {}

  lines(): string[] {
    return this.source.map((line, index) => this.line(line, index));
  }

  private line(line: string, index: number): string {
    if (this.hidden !== undefined && (line.trim() === '' || indentOf(line) > this.hidden)) return hide(line);
    this.hidden = undefined;
    const shown = line.replace(FLOW_PAIR, (pair, lead: string, key: string, colon: string) =>
      isSecretName(unquoted(key)) && !NAMES.has(unquoted(key)) ? `${lead}${key}${colon}${MASK}` : pair,
    );
    const pair = readPair(shown);
    return pair && this.isSecret(pair) ? this.masked(pair, shown, index) : shown;
  }

  private isSecret({ name, column, value, isItem }: Pair): boolean {
    if (isItem || column < (this.named ?? 0)) this.named = undefined;
    const isSecret = (isSecretName(name) && !NAMES.has(name)) || (name === 'value' && this.named === column);
    if (name === 'name' && isSecretName(unquoted(value.trim()))) this.named = column;
    return isSecret && !isHarmless(value);
  }

  private masked({ start, column, value }: Pair, line: string, index: number): string {
    const follows = FOLLOWS.test(value);
    if (follows && this.isStructure(index + 1, column)) return line;
    this.hidden = column;
    return follows || BLOCK_SCALAR.test(value) ? line : `${start}${MASK}${line.endsWith('\r') ? '\r' : ''}`;
  }

  /** Whether the value is a mapping or nothing at all, and no text. */
  private isStructure(from: number, column: number): boolean {
    const next = this.source.slice(from).find((line) => line.trim() !== '');
    return next === undefined || indentOf(next) <= column || PAIR.test(next.replace(/\r$/, ''));
  }
}

function indentOf(line: string): number {
  return /^[\s#]*/.exec(line)?.[0].length ?? 0;
}

function hide(line: string): string {
  return line.trim() === '' ? line : `${/^\s*/.exec(line)?.[0] ?? ''}${MASK}${line.endsWith('\r') ? '\r' : ''}`;
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}
