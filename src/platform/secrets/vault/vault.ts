import type { Config } from '../../config';
import { log } from '../../logging';
import { VaultUnavailable } from './vault-faults';
import { askVault, type VaultAnswer, type VaultPlace, type VaultRequest } from './vault-http';
import { KubernetesTokens, TokenFile, type VaultTokens } from './vault-tokens';

/** A policy that lacks something would otherwise lead to a sign-in for each refusal. */
const SIGN_IN_AGAIN_MS = 10_000;

/** Vault or OpenBao, asked as MCTL. */
export class Vault {
  /** When another token was refused as well. */
  private refusedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly place: VaultPlace,
    private readonly tokens: VaultTokens,
  ) {}

  /** @throws TypeError where the settings name no Vault; `vaultContradictions` has seen to it that they do. */
  static of({ values }: Pick<Config, 'values'>): Vault {
    const { vaultAddr: address, vaultNamespace: namespace, vaultTimeout: timeoutMs } = values;
    if (address === undefined) throw new TypeError('MCTL_VAULT_ADDR is not set');
    const place = { address, timeoutMs, ...(namespace !== undefined && { namespace }) };
    const { vaultTokenFile, vaultRole: role = '', vaultAuthMount: mount, vaultJwtFile: jwtFile } = values;
    const tokens =
      vaultTokenFile === undefined
        ? new KubernetesTokens(place, { role, mount, jwtFile })
        : new TokenFile(vaultTokenFile);
    return new Vault(place, tokens);
  }

  /**
   * Asks with the token of the moment; where that is refused, once more with another one.
   * @throws VaultUnavailable, which is logged.
   */
  async ask(request: VaultRequest): Promise<VaultAnswer> {
    try {
      return await this.asked(request);
    } catch (error) {
      if (error instanceof VaultUnavailable) {
        log.warn({ method: request.method, code: error.code, seen: error.seen }, 'Vault could not be used');
      }
      throw error;
    }
  }

  private async askAgain(request: VaultRequest, token: string): Promise<VaultAnswer> {
    try {
      return await askVault(this.place, request, token);
    } catch (error) {
      if (error instanceof VaultUnavailable && error.code === 'vault_denied') this.refusedAt = Date.now();
      throw error;
    }
  }

  private async asked(request: VaultRequest): Promise<VaultAnswer> {
    const token = await this.tokens.current();
    try {
      return await askVault(this.place, request, token);
    } catch (error) {
      if (!(error instanceof VaultUnavailable) || error.code !== 'vault_denied') throw error;
      if (Date.now() - this.refusedAt < SIGN_IN_AGAIN_MS) throw error;
      const other = await this.tokens.insteadOf(token);
      if (other === undefined) throw error;
      return this.askAgain(request, other);
    }
  }
}
