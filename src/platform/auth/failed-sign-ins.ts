import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { Clock } from '../clock';
import { Config, isElsewhere, SETTINGS, tokenCommand } from '../config';
import { MctlError, Unauthenticated } from '../errors';
import { servesPages } from '../http/pages/page-origin.policy';
import { requestIdOf } from '../http/via';
import { log } from '../logging';
import { Metrics } from '../metrics/metrics';
import { bearerToken } from './bearer.strategy';
import { networkOf } from './network-of';
import { RateLimited } from './rate-limits';
import type { TokenKind } from './token-kinds';
import { MAX_TOKEN_LENGTH } from './unverified-jwt';

const WINDOW_MS = 60_000;
/** Addresses that are remembered; with more of them at once the oldest are forgotten, and memory stays what it is. */
const MOST_NETWORKS = 10_000;

/** What kind of credential was refused: the label `kind` of metrics and log. */
type Refused = TokenKind | 'git-password' | 'unknown';

/** What is known of the failures of one network. */
interface Window {
  readonly endsAt: number;
  failures: number;
}

/** Where a credential came from, for counting and for the log. */
export interface Knock {
  /** Of the connection, or what a trusted proxy says. */
  readonly address: string;
  readonly requestId: string;
  /** A proxy stands between, trusted or not: the caller may be anywhere. */
  readonly isForwarded: boolean;
}

export function knockOf(request: Request): Knock {
  return { address: request.ip ?? '', requestId: requestIdOf(request), isForwarded: isForwarded(request) };
}

/** Names that proxies give: RFC 7239, and what was used before it. A caller who adds one only loses by it. */
function isForwarded({ headers }: Request): boolean {
  return Object.keys(headers).some((name) => /^(forwarded$|x-forwarded-|x-real-ip$|via$)/.test(name));
}

/**
 * Credentials that were refused: counted, logged without anything of the credential, and limited per address. A caller whose token is
 * good is never held up by what others behind the same address send; only what would cost a request elsewhere is not tried any more.
 */
@Injectable()
export class FailedSignIns {
  private readonly windows: LRUCache<string, Window>;
  private readonly most: number;

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.most = config.values.authFailuresPerMinute;
    this.windows = new LRUCache({ max: MOST_NETWORKS });
  }

  /** @throws RateLimited where this address has used up its failures: before a token is looked up at somebody else's expense. */
  mustHaveRoom(knock: Knock): void {
    const window = this.windowOf(knock);
    if (window.failures >= this.most) throw this.tooMany(window, false);
  }

  /** What to answer a request whose credential was refused by `kind` with this error; an outage is nobody's failure. */
  refuse(kind: Refused, knock: Knock, error: unknown): unknown {
    const code = error instanceof MctlError ? error.code : 'internal';
    this.metrics.authFailures.inc({ kind, code });
    if (!(error instanceof Unauthenticated)) {
      if (!(error instanceof RateLimited)) this.write('warn', 'a credential could not be checked', kind, code, knock);
      return error;
    }
    const window = this.windowOf(knock);
    window.failures += 1;
    if (window.failures > this.most) return this.tooMany(window, window.failures === this.most + 1);
    this.write('info', 'a credential was refused', kind, code, knock);
    return error;
  }

  /** What to answer a request that no kind of credential recognised anything in. */
  unrecognised(request: Request): unknown {
    if (request.headers.authorization === undefined) return this.needed();
    const token = bearerToken(request);
    const knock = knockOf(request);
    if (token !== undefined) return this.unknownToken(token, knock);
    return this.refuse('unknown', knock, isVariable(request.headers.authorization) ? notExpanded() : this.needed());
  }

  /** What to answer whoever shows a token of no kind. */
  unknownToken(token: string, knock: Knock): unknown {
    const isLong = token.length > MAX_TOKEN_LENGTH;
    const message = isLong ? 'The token is too long.' : 'The token is of no kind that is taken here.';
    return this.refuse(
      'unknown',
      knock,
      new Unauthenticated(message, {
        code: 'invalid_token',
        ...(isLong && { expected: `at most ${MAX_TOKEN_LENGTH} characters` }),
        fix: this.howToSignIn,
      }),
    );
  }

  private needed(): Unauthenticated {
    return new Unauthenticated('A token is needed: Authorization: Bearer TOKEN.', { fix: this.howToSignIn });
  }

  /** Names what is configured here, nothing of where it runs. */
  private get howToSignIn(): string {
    const { oidcIssuers, githubTokens } = this.config.values;
    const kinds = [
      ...(oidcIssuers.length > 0 ? ['a JWT of a configured OpenID Connect issuer'] : []),
      ...(githubTokens ? ['a GitHub token'] : []),
    ];
    const others = kinds.length > 0 ? `Taken here: ${kinds.join(', ')}.` : '';
    return [others, this.localToken, this.page].filter(Boolean).join(' ');
  }

  private get localToken(): string {
    if (!this.config.takesLocalTokens) return '';
    const where = isElsewhere(this.config) ? `, with the ${SETTINGS.dataDir.name} of this server,` : '';
    return `In MCTL's folder${where} ${tokenCommand()} signs one.`;
  }

  private get page(): string {
    const { publicUrl, host } = this.config.values;
    return servesPages(publicUrl ?? `http://${host}`)
      ? 'Open /connect with a browser to see how a client connects.'
      : '';
  }

  private windowOf({ address }: Knock): Window {
    const network = networkOf(address);
    const now = this.clock.now().getTime();
    const known = this.windows.get(network);
    if (known && known.endsAt > now) return known;
    const window = { endsAt: now + WINDOW_MS, failures: 0 };
    this.windows.set(network, window);
    return window;
  }

  private tooMany({ endsAt }: Window, isFirst: boolean): RateLimited {
    if (isFirst) log.warn({ failures: this.most }, 'an address has no failures left in this minute');
    const seconds = Math.max(1, Math.ceil((endsAt - this.clock.now().getTime()) / 1000));
    return new RateLimited(`That is more than ${this.most} refused credentials a minute.`, seconds, isFirst);
  }

  private write(
    level: 'info' | 'warn',
    message: string,
    kind: Refused,
    code: string,
    { address, requestId }: Knock,
  ): void {
    log[level]({ kind, code, address, request: requestId }, message);
  }
}

/** `$TOKEN`, `${TOKEN}`, `${env:TOKEN}`, `%TOKEN%` as they stand in a client's configuration. */
function isVariable(header: string): boolean {
  return /^Bearer +(\$\w+|\$\{[\w:]+\}|%\w+%)$/i.test(header);
}

function notExpanded(): Unauthenticated {
  return new Unauthenticated('The Authorization header holds the name of a variable, not the token in it.', {
    code: 'invalid_token',
    fix: 'Set the variable where the client starts, and write it as that client expands it: /connect shows how.',
  });
}
