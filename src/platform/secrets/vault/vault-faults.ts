import { Unavailable } from '../../errors';

/** How long callers may wait before they try again, where Vault does not say. */
const RETRY_SECONDS = 5;

/** Why Vault could not be used. None of it repeats what Vault wrote, which may name paths, nor anything that was sent. */
export type VaultFault =
  | 'vault_unreachable'
  | 'vault_sealed'
  | 'vault_standby'
  | 'vault_denied'
  | 'vault_sign_in_failed'
  | 'vault_busy'
  | 'vault_contended'
  | 'vault_misconfigured'
  | 'vault_too_deep'
  | 'vault_failed';

const WORDS: Readonly<Record<VaultFault, readonly [message: string, fix: string]>> = {
  vault_unreachable: [
    'it does not answer',
    'Try again; if it stays so, whoever runs MCTL finds more with mctl doctor.',
  ],
  vault_sealed: ['it is sealed', 'Whoever runs Vault has to unseal it; then try again.'],
  vault_standby: [
    'it answers as a standby that passes nothing on',
    'MCTL_VAULT_ADDR must name the active node or a load balancer.',
  ],
  vault_denied: [
    'it refuses us',
    'Whoever runs Vault has to check the policy of MCTL’s role: mctl doctor says what is missing.',
  ],
  vault_sign_in_failed: [
    'it does not let us in',
    'Whoever runs MCTL has to check the role, or the token file: mctl doctor.',
  ],
  vault_busy: ['it has too much to do', 'Wait, then try again.'],
  vault_contended: ['others change the same values all the time', 'Try again.'],
  vault_misconfigured: [
    'there is no KV engine of version 2 at its mount',
    'Check MCTL_VAULT_MOUNT and MCTL_VAULT_NAMESPACE: mctl doctor.',
  ],
  vault_too_deep: [
    'a team’s folder in it goes deeper than ten levels',
    'Whoever runs Vault has to move what lies so deep below teams/.',
  ],
  vault_failed: ['it failed', 'Try again; if it stays so, look into Vault’s log.'],
};

/** Node's words for a connection that never came about. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Vault does not do what it is asked; the same call may succeed later. */
export class VaultUnavailable extends Unavailable {
  /** @param seen what the log may know beyond the code, e.g. a status; never a value, a token or Vault's own words. */
  constructor(
    fault: VaultFault,
    readonly seen: string,
    { retryAfterSeconds = RETRY_SECONDS, cause }: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    const [why, fix] = WORDS[fault];
    super(`The secret store cannot be used: ${why}.`, { code: fault, fix, retryAfterSeconds, cause });
  }

  /** Whether a write that ended so may have happened. */
  get isOutcomeUnknown(): boolean {
    return this.code === 'vault_failed' || (this.code === 'vault_unreachable' && !NEVER_SENT.has(this.seen));
  }
}

/** What a status of Vault means (its HTTP API's list of status codes); undefined for one that is an answer. */
export function faultOf(status: number): VaultFault | undefined {
  if ((status >= 200 && status <= 299) || status === 400 || status === 404) return undefined;
  return FAULTS.get(status) ?? 'vault_failed';
}

/** Standbys answer 472 and 473, or redirect to an address that need not be ours. */
const FAULTS: ReadonlyMap<number, VaultFault> = new Map([
  ...[301, 302, 307, 308, 472, 473].map((status) => [status, 'vault_standby'] as const),
  [403, 'vault_denied'],
  [429, 'vault_busy'],
  [503, 'vault_sealed'],
]);
