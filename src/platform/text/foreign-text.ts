import { stripVTControlCharacters } from 'node:util';
import { isSecretName, MASK, maskCredentials } from './secrets';

const CUT = '…';
/** What stands for a space or the end of a line, but is neither. */
const SEPARATORS = /[\t\v\f\u0085\p{Zl}\p{Zp}]/gu;
/**
 * What no reader sees: controls, format characters, halves of surrogate pairs, and everything that Unicode lets a font ignore, e.g. tag
 * characters and variation selectors, in which whole sentences can be hidden from people and not from models. Joiners of emoji go as well.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
/** Read beyond the limit, because masking makes text shorter. Patterns are never let loose on a megabyte. */
const READ_AHEAD = 4_096;

/**
 * Text that somebody outside wrote, as it may be kept and shown: no terminal sequences, no control, invisible or bidirectional
 * characters (line breaks and indentation stay), credentials masked, at most `limit` characters. It is still data, never an instruction.
 */
export function foreignText(text: string, limit: number): string {
  const isLong = text.length > limit + READ_AHEAD;
  // A credential that was cut in two would no longer be known as one: the last word goes whole.
  const read = isLong ? text.slice(0, limit + READ_AHEAD).replace(/\S{1,4096}$/, '') : text;
  const clean = stripVTControlCharacters(read)
    .split(/\r\n|[\n\r]/)
    .map((line) => `${indentOf(line)}${visible(line)}`.trimEnd())
    .join('\n')
    .trim();
  const masked = maskCredentials(clean);
  if (masked.length <= limit && !isLong) return masked;
  return `${wholeCharacters(masked.slice(0, limit - CUT.length))}${CUT}`;
}

/** As `foreignText`, on one line. */
export function foreignLine(text: string, limit: number): string {
  return foreignText(text.slice(0, limit + READ_AHEAD + 1).replace(/[\n\r]+/g, ' '), limit);
}

export interface PairLimits {
  readonly pairs: number;
  readonly key: number;
  readonly value: number;
}

/** Named values from outside, e.g. labels, one a line as `name: value`, sorted; those of secret names masked. */
export function foreignPairs(pairs: Readonly<Record<string, string>>, limits: PairLimits): string {
  const names = Object.keys(pairs).sort();
  const lines = names.slice(0, limits.pairs).map((name) => {
    const value = isSecretName(name) ? MASK : foreignText(pairs[name] ?? '', limits.value);
    return `${foreignLine(name, limits.key)}: ${value.replaceAll('\n', '\n  ')}`;
  });
  return [...lines, ...(names.length > limits.pairs ? [`${CUT} ${names.length - limits.pairs} more`] : [])].join('\n');
}

/** Taken out and not replaced: a credential with something invisible in its middle must be known as one again. */
function visible(line: string): string {
  return line.replace(SEPARATORS, ' ').replace(INVISIBLE, '').trim();
}

/** Kept: it tells which lines belong to the one before, and somebody could otherwise write lines that look like ours. */
function indentOf(line: string): string {
  return ' '.repeat(/^[ \t]{0,20}/.exec(line)?.[0].length ?? 0);
}

/** Without half of a surrogate pair at the end. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}
