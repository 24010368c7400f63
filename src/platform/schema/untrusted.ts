import { Choice, ListOf, Text, text } from './fields';

/** Base of what an answer repeats of text that somebody outside wrote: data to read, never instructions. */
export class Untrusted {
  @Text({ description: 'Where the text comes from.' }) provenance: string;
  @Choice(['untrusted']) integrity: 'untrusted';
}

/** The envelope of text that stands in fields of an answer, beside what MCTL itself says: the fields by name. */
export class UntrustedPart extends Untrusted {
  @ListOf(text(), { description: 'The fields that hold such text.' }) fields: string[];
}

/** Such text in its envelope. */
export function untrusted<T extends object>(provenance: string, content: T): Untrusted & T {
  return { provenance, integrity: 'untrusted', ...content };
}
