/** A full object id, SHA-1 or SHA-256. */
export function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** @throws TypeError for anything else, so that no caller text is ever taken for an option or a range. */
export function assertObjectId(text: string): string {
  if (!isObjectId(text)) throw new TypeError('not a full git object id');
  return text;
}

/** The id that stands for "nothing there" beside an id of the same hash. */
export function zeroIdLike(sha: string): string {
  return '0'.repeat(sha.length);
}

/** Git's rules for branch names, and none that could be taken for an option. @throws TypeError */
export function assertBranchName(branch: string): string {
  const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|\/\/|@\{|^[-/.@]|\/[.]|[/.]$|\.lock(?:\/|$)/;
  if (branch === '' || branch.length > 200 || forbidden.test(branch)) throw new TypeError('not a usable branch name');
  return branch;
}
