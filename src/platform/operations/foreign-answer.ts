import { untrusted, type UntrustedPart } from '../schema';
import { exactValue, exactValues } from '../text/exact-text';
import { foreignLine } from '../text/foreign-text';
import type { Destroyed, PlannedChange, Warning } from './plan';

/**
 * Plans speak of what stands in the repository: tags, hosts, names of authors. Everybody who can push writes there, so what a write
 * answers of it is cleaned here, where every such answer is made, and named as what it is.
 */
const PROVENANCE =
  'the GitOps repository, in which others than MCTL write as well: credentials masked, unseen characters gone or spelled out, but nobody vouches for it';
const SENTENCE = 2000;
const NAME = 300;
const VALUE = 1000;

export function shownSummary(summary: string): string {
  return foreignLine(summary, SENTENCE);
}

export function shownWarning({ code, message }: Warning): Warning {
  return { code, message: foreignLine(message, SENTENCE) };
}

export function shownDestroyed({ kind, name }: Destroyed): Destroyed {
  return { kind, name: exactValue(name, NAME) };
}

export function shownChange({ path, action }: PlannedChange): PlannedChange {
  return { path: exactValue(path, NAME), action };
}

/** The operation's own fields. */
export function shownFields(answer: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return exactValues({ ...answer }, VALUE);
}

/** Fields of operations' own that repeat what the file says. */
const OWN_FIELDS = ['url', 'host', 'hosts', 'image', 'changed', 'secret_names', 'database'];

/** The mark of a write's answer: the fields by name that hold text from the repository. */
export function untrustedIn(answer: Readonly<Record<string, unknown>>): UntrustedPart {
  const own = OWN_FIELDS.filter((field) => answer[field] !== undefined && answer[field] !== null);
  const planned = 'plan' in answer ? ['plan.diff', 'plan.destroys[].name'] : [];
  return untrusted(PROVENANCE, { fields: ['summary', 'warnings[].message', 'changes[].path', ...planned, ...own] });
}
