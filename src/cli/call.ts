import type { ErrorBody } from '../platform/errors';
import type { WriteAnswer } from '../platform/operations/dto';
import { EXIT } from './exit';

/** One operation that somebody asks for on the command line. */
export interface Call {
  readonly operation: string;
  readonly user: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** How a call ended, whether a server or this process made it. */
export type Outcome = { readonly answer: WriteAnswer } | { readonly refusal: ErrorBody };

export function exitCodeOf(outcome: Outcome): number {
  if ('refusal' in outcome) return EXIT.refused;
  switch (outcome.answer.operation.status) {
    case 'failed':
      return EXIT.refused;
    case 'confirmation_required':
      return EXIT.confirmationRequired;
    default:
      return EXIT.ok;
  }
}
