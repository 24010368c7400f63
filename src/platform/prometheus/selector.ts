/** What a label must be; a plain text means exactly that text. */
export type Matcher = string | { readonly matches: string } | { readonly differsFrom: readonly string[] };

/**
 * A PromQL selector. Names are ours, values may come from anywhere: each ends up as one quoted string, whatever it holds.
 * @param labels `matches` is an RE2 expression that Prometheus anchors at both ends; what of it is input goes through `literally`.
 */
export function selector(metric: string, labels: Readonly<Record<string, Matcher>>): string {
  const matchers = Object.entries(labels).flatMap(([label, matcher]) => matchersOf(label, matcher));
  return `${metric}{${matchers.join(',')}}`;
}

/** Text as a regular expression that matches this text alone (RE2's QuoteMeta). */
export function literally(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

function matchersOf(label: string, matcher: Matcher): string[] {
  if (typeof matcher === 'string') return [`${label}=${quoted(matcher)}`];
  if ('matches' in matcher) return [`${label}=~${quoted(matcher.matches)}`];
  return matcher.differsFrom.map((value) => `${label}!=${quoted(value)}`);
}

/** PromQL takes Go's string literals, and JSON's escapes are a part of theirs. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
