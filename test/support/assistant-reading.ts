import { closest } from 'fastest-levenshtein';
import type { Loose } from './loose';

/** A call as the server writes it: in `next_actions`, and in the words of a prompt. */
export interface Call {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A line of a prompt with its number, and the calls that stand in it. */
export interface Step {
  readonly words: string;
  readonly calls: readonly Call[];
}

/** The longest title all of whose words the person said. */
export function named<Thing extends { readonly title?: string }>(
  things: readonly Thing[],
  said: string,
): Thing | undefined {
  const words = wordsOf(said);
  return things
    .filter(({ title }) => title !== undefined && wordsOf(title).every((word) => words.includes(word)))
    .sort((a, b) => b.title!.length - a.title!.length)[0];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/** The numbered lines of a prompt. */
export function stepsIn(text: string, tools: readonly string[]): Step[] {
  const lines = text.split('\n').filter((line) => /^\d+\. /.test(line));
  return lines.map((line) => ({ words: line.replace(/^\d+\. /, ''), calls: callsIn(line, tools) }));
}

/** Every name of a tool that has an object behind it. */
function callsIn(line: string, tools: readonly string[]): Call[] {
  const found = [...line.matchAll(/\w+(?= \{)/g)].filter(([name]) => tools.includes(name));
  return found.map(({ 0: tool, index }) => ({ tool, arguments: objectAt(line, index + tool.length + 1) }));
}

/** The JSON object that begins there: the shortest text that is one. @throws Error where none ends. */
function objectAt(line: string, start: number): Record<string, unknown> {
  for (let end = line.indexOf('}', start); end >= 0; end = line.indexOf('}', end + 1)) {
    try {
      return JSON.parse(line.slice(start, end + 1)) as Record<string, unknown>;
    } catch {
      // A brace inside of it: the object ends later.
    }
  }
  throw new Error(`A call without an end: ${line}`);
}

/** Arguments with their `<…>` filled in: parts of the last write's answer, or one's own words; undefined where neither is known. */
export function filledIn(args: Call['arguments'], answer: Loose, ownWords: string): Call['arguments'] | undefined {
  const entries = Object.entries(args).map(([name, value]) => [name, fill(value, answer, ownWords)] as const);
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
}

function fill(value: unknown, answer: Loose, ownWords: string): unknown {
  if (typeof value !== 'string' || !/^<.*>$/.test(value)) return value;
  const [, path] = /^<(\S+) of the answer>$/.exec(value) ?? [];
  if (path !== undefined) return path.split('.').reduce((part: Loose, name) => part?.[name], answer);
  return /^<(why|what)\b/.test(value) ? ownWords : undefined;
}

/** One value for another, as a refusal asks for it. */
export interface Correction {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What a refusal says that would be accepted: the nearest of `allowed`, the largest that `expected` leaves room for, or the name in `fix`. */
export function correctionIn(error: Loose, call: Call): Correction | undefined {
  const { field, allowed, expected, fix } = error;
  const from = call.arguments[field];
  if (from === undefined) return undefined;
  if (allowed?.length > 0) return { field, from, to: closest(String(from), allowed) };
  const [, most] = /^at most (\d+)$/.exec(expected ?? '') ?? [];
  if (most !== undefined) return { field, from, to: Number(most) };
  const [, meant] = /Did you mean ([^\s?,]+)/.exec(fix ?? '') ?? [];
  return meant === undefined ? undefined : { field, from, to: meant };
}

/** A call with what refusals of earlier ones have taught. */
export function corrected(call: Call, corrections: readonly Correction[]): Call {
  const args = { ...call.arguments };
  for (const { field, from, to } of corrections) if (args[field] === from) args[field] = to;
  return { tool: call.tool, arguments: args };
}

const NO_MEANING = ['reason', 'wait_seconds', 'idempotency_key', 'dry_run', 'confirm_token'];

/** Two calls with the same key do the same. A plan and what it is the plan of are two things. */
export function keyOf({ tool, arguments: args }: Call): string {
  const meant = Object.entries(args).filter(([name]) => !NO_MEANING.includes(name));
  return JSON.stringify([tool, args.dry_run === true, meant.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
