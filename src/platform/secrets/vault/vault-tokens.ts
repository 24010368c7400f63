import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { log } from '../../logging';
import { VaultUnavailable } from './vault-faults';
import { askVault, type VaultPlace } from './vault-http';

/** With which token Vault is asked. */
export interface VaultTokens {
  /** @throws VaultUnavailable */
  current(): Promise<string>;
  /** Vault refuses this one: another, where there may be one; undefined where it would be the same. */
  insteadOf(refused: string): Promise<string | undefined>;
}

/** A token that somebody else renews, in a file. */
export class TokenFile implements VaultTokens {
  constructor(private readonly file: string) {}

  current(): Promise<string> {
    return readWord(this.file, 'the file of MCTL_VAULT_TOKEN_FILE');
  }

  async insteadOf(refused: string): Promise<string | undefined> {
    const token = await this.current();
    return token === refused ? undefined : token;
  }
}

export interface KubernetesSignIn {
  readonly role: string;
  /** Of the auth method, e.g. `kubernetes`. */
  readonly mount: string;
  readonly jwtFile: string;
}

/** A token as Vault gives it out. */
interface Lease {
  readonly token: string;
  /** How long it is good for, milliseconds; 0 = for ever. */
  readonly lifetime: number;
  readonly isRenewable: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const auth = z.object({
  auth: z.object({
    client_token: z.string().min(1),
    lease_duration: z.number().nonnegative(),
    renewable: z.boolean(),
  }),
});

/** After so much of its life a token is renewed, at its next use. */
const RENEW_AFTER = 2 / 3;

/** Signs in with the pod's service account, renews the token at its use, and signs in anew where that is no longer possible. */
export class KubernetesTokens implements VaultTokens {
  private lease: Lease | undefined;
  private pending: Promise<Lease> | undefined;

  constructor(
    private readonly place: VaultPlace,
    private readonly signIn: KubernetesSignIn,
    private readonly now = (): number => Date.now(),
  ) {}

  async current(): Promise<string> {
    const { lease } = this;
    if (lease === undefined || this.hasAge(lease, 1)) return (await this.once(() => this.login())).token;
    if (!this.hasAge(lease, RENEW_AFTER)) return lease.token;
    try {
      return (await this.once(() => this.renew(lease))).token;
    } catch (error) {
      if (!(error instanceof VaultUnavailable)) throw error;
      log.warn(
        { code: error.code, seen: error.seen },
        'the Vault token could not be renewed; it is good for a while yet',
      );
      return lease.token;
    }
  }

  /** A token may end before its time: it was revoked, or Vault was restored from a backup. */
  async insteadOf(refused: string): Promise<string | undefined> {
    if (this.lease !== undefined && this.lease.token !== refused) return this.lease.token;
    return (await this.once(() => this.login())).token;
  }

  private hasAge({ since, lifetime }: Lease, share: number): boolean {
    return lifetime > 0 && this.now() - since >= lifetime * share;
  }

  /** Calls that come together share one sign-in. */
  private once(work: () => Promise<Lease>): Promise<Lease> {
    this.pending ??= work()
      .then((lease) => (this.lease = lease))
      .finally(() => (this.pending = undefined));
    return this.pending;
  }

  private async login(): Promise<Lease> {
    const { role, mount, jwtFile } = this.signIn;
    const jwt = await readWord(jwtFile, 'the service account token');
    const path = ['auth', ...mount.split('/'), 'login'];
    return this.leaseOf({ method: 'POST', path, body: { role, jwt } });
  }

  private async renew(lease: Lease): Promise<Lease> {
    if (!lease.isRenewable) return this.login();
    try {
      const renewed = await this.leaseOf(
        { method: 'POST', path: ['auth', 'token', 'renew-self'], body: {} },
        lease.token,
      );
      // It nears its last possible moment: each renewal would give less.
      return renewed.lifetime < lease.lifetime / 2 ? await this.login() : renewed;
    } catch (error) {
      if (error instanceof VaultUnavailable && error.code === 'vault_sign_in_failed') return this.login();
      throw error;
    }
  }

  private async leaseOf(request: Parameters<typeof askVault>[1], token?: string): Promise<Lease> {
    const since = this.now();
    const parsed = auth.safeParse(await this.answerTo(request, token));
    if (!parsed.success) throw new VaultUnavailable('vault_sign_in_failed', 'an answer without a token');
    const { client_token, lease_duration, renewable } = parsed.data.auth;
    return { token: client_token, lifetime: lease_duration * 1000, isRenewable: renewable, since };
  }

  private async answerTo(request: Parameters<typeof askVault>[1], token?: string): Promise<unknown> {
    try {
      const { status, body } = await askVault(this.place, request, token);
      if (status < 300) return body;
      throw new VaultUnavailable('vault_sign_in_failed', `status ${status}`);
    } catch (error) {
      if (!(error instanceof VaultUnavailable) || error.code !== 'vault_denied') throw error;
      throw new VaultUnavailable('vault_sign_in_failed', error.seen);
    }
  }
}

/** @throws VaultUnavailable without a word of what the file holds. */
async function readWord(file: string, what: string): Promise<string> {
  const text = await readFile(file, 'utf8').then(
    (content) => content.trim(),
    () => '',
  );
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new VaultUnavailable('vault_sign_in_failed', `${what} cannot be read, or holds no token`);
}
