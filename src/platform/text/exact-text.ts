import { spell, STRAY_SELECTOR } from './hidden';
import { isSecretName, looksLikeCredential, MASK, maskCredentials } from './secrets';

const CUT = '…';
/**
 * More than `hasHidden` finds: in what a person approves, and in values that are compared, the joiners and marks of ordinary scripts
 * must be seen as well. Only a tab and the end of a line are what they seem to be.
 */
const UNSEEN = String.raw`(?!\t|\r?\n|\r$|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|${STRAY_SELECTOR.source}`;
const EACH_UNSEEN = new RegExp(UNSEEN, 'gu');
const ANY_UNSEEN = new RegExp(UNSEEN, 'u');

/**
 * Text of a file as it may be shown: nothing is taken away but credentials, and what no reader would see is spelled out, as in `\u202e`,
 * so that it can neither hide nor misshow the rest. It is still data, never an instruction.
 */
export function exactText(text: string): string {
  return text
    .split('\n')
    .map((line) => exactLine(line))
    .join('\n');
}

/** As `exactText`, at most `limit` characters. */
export function exactValue(text: string, limit: number): string {
  // Twice as much is read as is shown, so that a credential at the cut is still known as one.
  const exact = maskCredentials(exactText(text.slice(0, limit * 2)));
  return exact.length <= limit && text.length <= limit * 2
    ? exact
    : `${exact.slice(0, limit - CUT.length).replace(/[\ud800-\udbff]$/, '')}${CUT}`;
}

/** Every string of an answer as `exactValue`. */
export function exactValues<T>(value: T, limit: number): T {
  if (typeof value === 'string') return exactValue(value, limit) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => exactValues(item, limit)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, exactValues(item, limit)])) as T;
}

/** Variables as they may be shown: as `exactValue`, and those of secret names masked. */
export function exactEnv(env: Readonly<Record<string, string>>, limit: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      exactValue(name, limit),
      isSecretName(name.replace(EACH_UNSEEN, '')) ? MASK : exactValue(value, limit),
    ]),
  );
}

function exactLine(line: string): string {
  if (!ANY_UNSEEN.test(line)) return line;
  const bare = line.replace(EACH_UNSEEN, '');
  // One that something invisible cuts in two is a credential all the same.
  return looksLikeCredential(bare) ? maskCredentials(bare) : line.replace(EACH_UNSEEN, spell);
}
