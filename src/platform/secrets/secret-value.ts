import { inspect } from 'node:util';

/** What stands wherever a value would be printed. */
const HIDDEN = '[secret]';

/**
 * The value of a secret on its way from a person to the store, or from the store to what needs it. Whatever prints, logs or
 * serialises it by accident shows a placeholder; only `reveal`, which a reader can search for, gives the text.
 */
export class SecretValue {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
