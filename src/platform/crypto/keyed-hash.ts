import { createHmac, randomBytes } from 'node:crypto';

/**
 * HMAC-SHA256 under a key that only its holder has, made anew for each: finds a credential again without holding it. A copy of the
 * memory elsewhere, or of one process in another, says nothing about a credential that was guessed.
 */
export class KeyedHash {
  private readonly key = randomBytes(32);

  /** @param parts told apart: none of them may have a NUL. */
  of(...parts: readonly string[]): string {
    return createHmac('sha256', this.key).update(parts.join('\0')).digest('base64');
  }
}
