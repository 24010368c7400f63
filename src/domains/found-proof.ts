/** Result of the task `wait-for-dns`, kept in the store as JSON: which proof there was, and when. */
export interface FoundProof {
  /** Of the registration that it proves; the second commit asks whether that is still the one in the file. */
  readonly challenge: string;
  readonly method: 'txt' | 'cname';
  /** The record as one line. */
  readonly record: string;
  /** ISO 8601. */
  readonly at: string;
}

/** @throws Error for what `wait-for-dns` did not write: a program of another version, never a caller's mistake. */
export function foundProof(done: unknown): FoundProof {
  const proof = done as Partial<FoundProof> | undefined;
  const texts = [proof?.challenge, proof?.record, proof?.at];
  const isMethod = proof?.method === 'txt' || proof?.method === 'cname';
  if (!isMethod || texts.some((text) => typeof text !== 'string')) throw new Error('wait-for-dns left no proof.');
  return proof as FoundProof;
}
