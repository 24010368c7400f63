import type { Status } from './incident';

/** What can happen to an incident's status. `analyse` and `propose` come with what an investigation reports. */
export type Transition = 'acknowledge' | 'analyse' | 'propose' | 'resolve' | 'reopen';

interface Rule {
  readonly from: readonly Status[];
  readonly to: Status;
}

/**
 * The whole table: what is not in it does not happen. Each update of the store repeats `from` in its condition, so that of two at once
 * one wins. A status that equals `to` is no transition: nothing changes, and nobody is told off for asking twice.
 */
export const TRANSITIONS: Readonly<Record<Transition, Rule>> = {
  acknowledge: { from: ['open', 'analyzing', 'fix_proposed'], to: 'acknowledged' },
  analyse: { from: ['open', 'acknowledged'], to: 'analyzing' },
  propose: { from: ['open', 'acknowledged', 'analyzing'], to: 'fix_proposed' },
  resolve: { from: ['open', 'acknowledged', 'analyzing', 'fix_proposed', 'suppressed'], to: 'resolved' },
  reopen: { from: ['resolved'], to: 'open' },
};

/** `already` where nothing is left to do, `refused` where the table has no such way. */
export function judge(transition: Transition, status: Status): 'goes' | 'already' | 'refused' {
  const { from, to } = TRANSITIONS[transition];
  if (status === to) return 'already';
  return from.includes(status) ? 'goes' : 'refused';
}
