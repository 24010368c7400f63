/** Door of what was restored: through which one the call came, no commit says. */
export const FROM_GIT = 'git';

/** Digest of arguments that nobody knows any more. A repeated key of the same operation is answered all the same. */
export const UNKNOWN_ARGUMENTS = '';
