/** What the exit codes of `mctl` mean; part of its interface. */
export const EXIT = {
  ok: 0,
  /** A fault, or settings that are wrong. */
  fault: 1,
  /** The command line itself is wrong. */
  usage: 2,
  confirmationRequired: 3,
  /** The operation was refused or failed. */
  refused: 4,
  /** `audit verify` looked at everything, and something is wrong. */
  unverified: 5,
  /** Stopped by a second signal, as a shell counts SIGINT. */
  interrupted: 130,
} as const;

/** The command line is wrong in a way that commander cannot see. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
