import type { OperationRow } from '../../store';

/** Argo makes a label of it: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LENGTH = 63;

/**
 * Name of an operation's Workflow: always the same, so that whoever submits it twice finds it there.
 * @returns a label of DNS (RFC 1123); it ends with the operation's id, whatever had to be cut.
 */
export function workflowName({ id, workflow }: Pick<OperationRow, 'id' | 'workflow'>): string {
  const unique = id.toLowerCase();
  const lead = workflow
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(new RegExp(`-?${unique}$`), '')
    .replace(/^-+/, '')
    .slice(0, LENGTH - unique.length - 1)
    .replace(/-+$/, '');
  return lead === '' ? unique : `${lead}-${unique}`;
}
