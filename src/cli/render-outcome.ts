import type { Problem } from '../platform/errors';
import type { WriteAnswer } from '../platform/operations/dto';
import type { Outcome } from './call';
import { describeRefusal } from './faults';

/** An outcome for people. */
export function renderOutcome(outcome: Outcome): string {
  const lines =
    'refusal' in outcome
      ? [`refused (${outcome.refusal.code}): ${describeRefusal(outcome.refusal.message, outcome.refusal)}`]
      : answerLines(outcome.answer);
  return `${lines.join('\n')}\n`;
}

function answerLines(answer: WriteAnswer): string[] {
  const { operation, workflow, commit, summary } = answer;
  return [
    `${operation.name}: ${operation.status.replaceAll('_', ' ')}`,
    summary,
    ...section(
      'changes',
      answer.changes.map(({ path, action }) => `${action} ${path}`),
    ),
    ...section(
      'warnings',
      answer.warnings.map(({ message }) => message),
    ),
    ...planLines(answer),
    ...errorLines(answer.error),
    ...(workflow ? [`workflow ${workflow.name}`] : []),
    ...(commit ? [`commit   ${commit.sha}${commit.url ? `  ${commit.url}` : ''}`] : []),
  ];
}

function planLines({ plan }: WriteAnswer): string[] {
  if (!plan) return [];
  const { destroys, diff, confirm_token: token, expires_at: expires = '' } = plan;
  return [
    ...section(
      'destroys',
      destroys.map(({ kind, name }) => `${kind} ${name}`),
    ),
    ...(diff ? ['', diff.trimEnd(), ''] : []),
    ...(token ? [`to do it, call again before ${expires} with`, `  --confirm-token ${token}`] : []),
  ];
}

function errorLines(error: object | undefined): string[] {
  if (!error || !('message' in error) || typeof error.message !== 'string') return [];
  return [describeRefusal(error.message, error as Problem)];
}

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
}
