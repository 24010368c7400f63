/** How often one call asks for the same page; after that the answer has the link, as for clients that cannot open it. */
export const PAGE_ROUNDS = 2;

/** `fresh`: the answer as it is now. `kept`: the answer with the link, which still opens. `ask`: the same question again. */
export type PageStep = 'fresh' | 'kept' | 'ask';

/**
 * What becomes of a call whose client comes back.
 * @param facts.action what the client says its person did; anything may stand there. Accepting means only that they will open it.
 * @param facts.round questions that were asked again so far.
 */
export function nextStep(facts: {
  readonly isUsed: boolean;
  readonly action: unknown;
  readonly round: number;
  readonly canAsk: boolean;
}): PageStep {
  if (facts.isUsed) return 'fresh';
  const isOver = facts.action === 'decline' || facts.action === 'cancel' || facts.round + 1 >= PAGE_ROUNDS;
  return isOver || !facts.canAsk ? 'kept' : 'ask';
}
