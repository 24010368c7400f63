/**
 * Text of ours beside a role or database (`COMMENT ON`): whose it is, and of a role also which version of the credential is the
 * password it has. Set in the same transaction as the password, so the one never says something else than the other.
 */
export interface Mark {
  readonly owner: string;
  readonly version?: number;
}

const FORM = /^mctl:([a-z0-9-]+\/[a-z0-9-]+)(?:@(\d{1,9}))?$/;

export function markText({ owner, version }: Mark): string {
  return `mctl:${owner}${version === undefined ? '' : `@${version}`}`;
}

/** Undefined for a text that is none of ours. */
export function readMark(text: string | null): Mark | undefined {
  const [, owner, version] = FORM.exec(text ?? '') ?? [];
  if (owner === undefined) return undefined;
  return version === undefined ? { owner } : { owner, version: Number(version) };
}
