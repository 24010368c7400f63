/**
 * Text of ours beside a role or database (`COMMENT ON`): whose it is, and of a role also which version of the credential is the
 * password it has, set in the same transaction as the password, so the one never says something else than the other. And which
 * operation made it: what git does not declare is either of a try that has not ended well, or left over.
 */
export interface Mark {
  readonly owner: string;
  readonly version?: number;
  /** Absent in marks of before. */
  readonly operation?: string;
}

const FORM = /^mctl:([a-z0-9-]+\/[a-z0-9-]+)(?:@(\d{1,9}))?(?:#([0-9a-z]{1,40}))?$/;

export function markText({ owner, version, operation }: Mark): string {
  const made = operation === undefined ? '' : `#${operation}`;
  return `mctl:${owner}${version === undefined ? '' : `@${version}`}${made}`;
}

/** Undefined for a text that is none of ours. */
export function readMark(text: string | null): Mark | undefined {
  const [, owner, version, operation] = FORM.exec(text ?? '') ?? [];
  if (owner === undefined) return undefined;
  return { owner, ...(version !== undefined && { version: Number(version) }), ...(operation && { operation }) };
}
