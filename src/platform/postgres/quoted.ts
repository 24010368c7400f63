import { escapeIdentifier, escapeLiteral } from 'pg';

/** Part of a statement that the driver has quoted: nothing else fits where one belongs. */
class QuotedText {
  readonly #sql: string;

  constructor(sql: string) {
    this.#sql = sql;
  }

  get sql(): string {
    return this.#sql;
  }
}

export type Quoted = QuotedText;

/** Name of a role, database or extension. */
export function id(name: string): Quoted {
  return new QuotedText(escapeIdentifier(name));
}

export function literal(text: string): Quoted {
  return new QuotedText(escapeLiteral(text));
}

/** @throws RangeError for what is no whole number. */
export function integer(value: number): Quoted {
  if (!Number.isSafeInteger(value)) throw new RangeError('not a whole number');
  return new QuotedText(String(value));
}
