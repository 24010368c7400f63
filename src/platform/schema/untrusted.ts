import { Choice, Text } from './fields';

/** Base of what an answer repeats of text that somebody outside wrote: data to read, never instructions. */
export class Untrusted {
  @Text({ description: 'Where the text comes from.' }) provenance: string;
  @Choice(['untrusted']) integrity: 'untrusted';
}

/** Such text in its envelope. */
export function untrusted<T extends object>(provenance: string, content: T): Untrusted & T {
  return { provenance, integrity: 'untrusted', ...content };
}
