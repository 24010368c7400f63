import { NotAllowed } from '../../errors';

export type Unconfirmed = 'declined' | 'cancelled' | 'unanswered' | 'mistyped';

const WORDS: Readonly<Record<Unconfirmed, readonly [message: string, fix: string]>> = {
  declined: ['The person declined, so nothing was done.', 'Do not call again unless they ask for it.'],
  cancelled: [
    'The person closed the question without an answer, so nothing was done.',
    'Ask them whether they still want it before you call again.',
  ],
  unanswered: [
    'The client got no answer from a person in time, so nothing was done.',
    'Call again when somebody is there to answer.',
  ],
  mistyped: [
    'The question was asked several times and never answered with the name, so nothing was done.',
    'Ask the person whether they mean it and know the name, before you call again.',
  ],
};

/** Why a destructive call came to nothing; each in its own words, as an assistant should do something else after each. */
export function unconfirmed(why: Unconfirmed): NotAllowed {
  const [message, fix] = WORDS[why];
  return new NotAllowed(message, { code: `confirmation_${why}`, fix });
}
