import { InvalidInput } from '../errors';

/** Largest value, in bytes of UTF-8: sixteen of them still fit a Kubernetes Secret, which may hold 1 MiB in all. */
export const MAX_SECRET_BYTES = 64 * 1024;

/**
 * Whether a text may be kept as a secret. The message never repeats any of it.
 * @throws InvalidInput `secret_empty`, `secret_too_long` or `secret_not_text`.
 */
export function checkSecretText(name: string, text: string): void {
  if (text === '') throw new InvalidInput(`${name} is empty.`, { code: 'secret_empty', field: name });
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SECRET_BYTES) {
    throw new InvalidInput(`${name} has ${bytes} bytes, more than ${MAX_SECRET_BYTES}.`, {
      code: 'secret_too_long',
      field: name,
      expected: `at most ${MAX_SECRET_BYTES / 1024} KiB`,
    });
  }
  // NUL ends a variable in every process; the replacement character stands where bytes were no UTF-8 and are lost.
  if (/\0|\ufffd|\p{Surrogate}/u.test(text)) {
    throw new InvalidInput(`${name} holds bytes that are no text.`, {
      code: 'secret_not_text',
      field: name,
      expected: 'text in UTF-8 without NUL; encode binary values, e.g. in base64',
    });
  }
}
