import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../clock';
import { Unavailable } from '../../errors';
import { log } from '../../logging';
import { ask, jsonOf, NoAnswer } from '../ask';

const TIMEOUT_MS = 5_000;
/** Keys of large issuers have some ten KiB (S13). */
const MAX_BYTES = 64 * 1024;
/** A key that is not known makes us look for new ones, but no more often than this, whatever tokens come. */
const COOLDOWN_MS = 30_000;
/** Keys are read again after so long: one that the issuer has taken back is trusted no longer. */
const MAX_AGE_MS = 10 * 60_000;
/** After a failure nobody is asked for so long: an issuer that is down is not hit by every call. */
const PAUSE_MS = 5_000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

export interface OidcKeysOptions {
  readonly cooldownMs?: number;
}

/**
 * The signing keys of one issuer: found by discovery (OpenID Connect Discovery 1.0), read at first use, read again when a token names
 * a key that is not known. While the issuer is down, keys that were read are good for ten minutes; then nothing is.
 */
export class OidcKeys {
  private keys: JWTVerifyGetKey | undefined;
  private opening: Promise<JWTVerifyGetKey> | undefined;
  private pauseUntil = 0;

  constructor(
    private readonly issuer: string,
    private readonly clock: Clock,
    private readonly count: (outcome: 'ok' | 'failed') => void = () => undefined,
    private readonly options: OidcKeysOptions = {},
  ) {}

  /** For `jwtVerify`. @throws Unavailable where keys are needed and the issuer does not give them. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    this.keys ??= await this.open();
    return this.keys(header, token);
  };

  private open(): Promise<JWTVerifyGetKey> {
    this.opening ??= this.discover().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const url = new URL(`${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const found = discovery.safeParse(await this.read(url));
    if (!found.success) throw this.fault('its discovery document is not what OpenID Connect describes');
    // Another issuer's document would bring another issuer's keys (OpenID Connect Discovery 1.0 §4.3).
    if (found.data.issuer !== this.issuer) throw this.fault('its discovery document is of another issuer');
    const keys = new URL(found.data.jwks_uri);
    if (keys.protocol !== 'https:' && keys.origin !== url.origin) throw this.fault('its keys are not behind https');
    return createRemoteJWKSet(keys, {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: this.options.cooldownMs ?? COOLDOWN_MS,
      cacheMaxAge: MAX_AGE_MS,
      [customFetch]: async (address) => Response.json(await this.read(new URL(address))),
    });
  }

  /** @throws Unavailable */
  private async read(url: URL): Promise<unknown> {
    const wait = this.pauseUntil - this.clock.now().getTime();
    if (wait > 0) throw unavailable(wait);
    try {
      const answer = await ask(url, {
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        headers: { accept: 'application/json' },
      });
      if (answer.status !== 200) throw new NoAnswer(`it answered ${answer.status}`);
      const data = jsonOf(answer);
      this.count('ok');
      return data;
    } catch (error) {
      if (error instanceof NoAnswer) throw this.fault(error.reason);
      throw error;
    }
  }

  private fault(reason: string): Unavailable {
    this.count('failed');
    this.pauseUntil = this.clock.now().getTime() + PAUSE_MS;
    log.warn({ issuer: this.issuer, reason }, 'an OpenID Connect issuer cannot be asked for its keys');
    return unavailable(PAUSE_MS);
  }
}

function unavailable(waitMs: number): Unavailable {
  return new Unavailable('The issuer of this token cannot be asked for its keys, so nobody is let in with it.', {
    code: 'issuer_unavailable',
    fix: 'Try again shortly. Whoever runs MCTL finds the reason in its log.',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
