/** Where the text of a call comes from that MCTL repeats: a reason becomes a commit message, and a remote answers in words of its own. */
export const CALLERS =
  'people and assistants who called MCTL, and the servers it asked: on one line, without credentials, but nobody vouches for it';
