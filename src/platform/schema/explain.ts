import { distance } from 'fastest-levenshtein';
import type { Problem } from '../errors';
import { spellHidden } from '../text/hidden';
import { expectation, showFor } from './describe';
import type { FieldSpec, MapSpec } from './field-spec';
import { fits } from './fits';

const SHOWN_KEY = 100;
/** What came where a name is none of ours. */
export const UNKNOWN_ARGUMENT = 'an argument that does not exist';

/** Why a value does not keep a field's rules, as precisely as can be said: of a map the entry that is wrong. */
export function explainValue(spec: FieldSpec, path: string, value: unknown): Problem {
  const entry = spec.kind === 'map' ? wrongEntry(spec, value) : undefined;
  if (entry) return explainValue(spec.kind === 'map' ? spec.values : spec, `${path}.${entry.key}`, entry.value);
  return { field: path, got: showFor(spec, value), ...expectation(spec), ...textFix(spec, value) };
}

/** An entry whose key is fine and whose value is not; the key is safe to show then. */
function wrongEntry(spec: MapSpec, value: unknown): { key: string; value: unknown } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const wrong = Object.entries(value).find(
    ([key, item]) => (spec.keyPattern?.test(key) ?? false) && item !== null && !fits(spec.values, item),
  );
  return wrong && { key: wrong[0], value: wrong[1] };
}

/** `1.10` as a number is `1.1` by the time we see it: guessing back would be wrong some day. */
function textFix(spec: FieldSpec, value: unknown): Pick<Problem, 'fix'> {
  const isBare = spec.kind === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  return isBare ? { fix: `Give it as text, in quotes: "${String(value)}".` } : {};
}

/** @param free names of arguments that were not given: what was meant is among these. */
export function explainUnknownKey(
  path: string,
  key: string,
  known: readonly string[],
  free: readonly string[],
): Problem {
  const meant = nearestName(key.slice(0, SHOWN_KEY), free);
  return {
    field: spellHidden(path.slice(0, SHOWN_KEY)),
    got: UNKNOWN_ARGUMENT,
    expected: known.length > 0 ? `one of: ${known.join(', ')}` : 'no arguments',
    ...(known.length > 0 && { allowed: known }),
    // Without it the call may do something else than was asked for: never told as the way out.
    fix: meant
      ? `Did you mean ${meant}?`
      : 'See the names there are; a call without it may do something else than was meant.',
  };
}

/** Somebody who writes `tag` means `image_tag` rather than `team`: a whole word of a name counts more than likeness. */
function nearestName(key: string, names: readonly string[]): string | undefined {
  const holding = names.find((name) => name.split('_').includes(key) || key.split(/[_-]/).includes(name));
  if (holding) return holding;
  const [near] = names
    .map((name) => ({ name, steps: distance(key, name) }))
    .filter(({ name, steps }) => steps <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.steps - b.steps);
  return near?.name ?? sameKind(key, names);
}

/** `image_tag` where there is only `target_tag`: the last word says what a value is. Of several, none is guessed. */
function sameKind(key: string, names: readonly string[]): string | undefined {
  const kind = key.split(/[_-]/).at(-1);
  const [only, ...others] = names.filter((name) => name.split('_').at(-1) === kind);
  return others.length === 0 ? only : undefined;
}
