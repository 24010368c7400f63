import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';
import type { WriteAnswer } from '../../operations/answer.dto';
import type { Destroyed } from '../../operations/plan';
import { foreignLine } from '../../text/foreign-text';

/** The one field of the form. */
export const FIELD = 'name';
/** Names of one kind that are written out, and warnings; a form is read before it is filled in, so there is an end to both. */
const MOST_NAMES = 10;
const MOST_WARNINGS = 5;
const LINE = 400;

/** What came back: nothing (or nothing that could be an answer), another name than asked for, or one of the three that a form ends with. */
export type Verdict = 'accepted' | 'declined' | 'cancelled' | 'missing' | 'mistyped';

/** Why the same is asked again. */
export type Again = 'mistyped' | 'changed';

const AGAIN: Readonly<Record<Again, string>> = {
  mistyped: 'That was not the name, so nothing was done.',
  changed: 'What would happen has changed since you were asked, so nothing was done.',
};

/**
 * Judges an answer that a client sent, which may be anything.
 * @param name what a person must have typed, to the letter.
 */
export function verdictOn(response: unknown, name: string): Verdict {
  const { action, content } = (response ?? {}) as { action?: unknown; content?: Record<string, unknown> | null };
  if (action === 'decline') return 'declined';
  if (action === 'cancel') return 'cancelled';
  if (action !== 'accept') return 'missing';
  return content?.[FIELD] === name ? 'accepted' : 'mistyped';
}

/** The form: what will happen in counts and names, and one field for the name. */
export function confirmationForm(
  { title, name, again }: { readonly title: string; readonly name: string; readonly again?: Again },
  plan: Pick<WriteAnswer, 'summary' | 'changes' | 'warnings' | 'plan'>,
): ElicitRequestFormParams {
  const lines = [
    ...(again ? [AGAIN[again]] : []),
    `${title}. ${foreignLine(plan.summary, LINE)}`,
    `Goes for good: ${destroyedText(plan.plan?.destroys ?? [])}. Files: ${changesText(plan.changes)}.`,
    ...plan.warnings.slice(0, MOST_WARNINGS).map(({ message }) => `Note: ${foreignLine(message, LINE)}`),
    `To do this, type the name ${name} to confirm.`,
  ];
  const field = { type: 'string' as const, title: 'Name', description: `Type the name ${name} to confirm.` };
  return {
    message: lines.join('\n'),
    requestedSchema: { type: 'object', properties: { [FIELD]: field }, required: [FIELD] },
  };
}

/** E.g. `1 service ("billing/api"), 2 hosts ("a.example.com", "b.example.com")`. */
function destroyedText(destroys: readonly Destroyed[]): string {
  const kinds = [...new Set(destroys.map(({ kind }) => kind))];
  const parts = kinds.map((kind) => {
    const names = destroys.filter((each) => each.kind === kind).map(({ name }) => `"${foreignLine(name, 253)}"`);
    const more = names.length > MOST_NAMES ? [`and ${names.length - MOST_NAMES} more`] : [];
    return `${counted(names.length, kind.replaceAll('_', ' '))} (${[...names.slice(0, MOST_NAMES), ...more].join(', ')})`;
  });
  return parts.join(', ') || 'nothing but what the files say';
}

/** E.g. `3 delete, 1 update`. */
function changesText(changes: WriteAnswer['changes']): string {
  const actions = [...new Set(changes.map(({ action }) => action))].sort();
  return (
    actions.map((action) => `${changes.filter((each) => each.action === action).length} ${action}`).join(', ') || 'none'
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
