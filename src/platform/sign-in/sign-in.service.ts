import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../auth/actor';
import { FailedSignIns, type Knock } from '../auth/failed-sign-ins';
import { LocalTokenStrategy } from '../auth/local-token.strategy';
import { Clock } from '../clock';
import { Config, tokenCommand } from '../config';
import { NotFound, Unauthenticated } from '../errors';
import { log } from '../logging';
import { GithubSignIn } from './github-sign-in';
import type { IdentityProvider } from './identity-provider';
import { OidcSignIn } from './oidc-sign-in';
import { type Person, voucherOf } from './person';
import { returnPath } from './return-path.policy';
import { type Attempt, SignInAttempts } from './sign-in-attempts';

/** How people in a browser prove who they are. What they prove it with is used once and kept nowhere. */
@Injectable()
export class SignIns {
  /** In the order of the buttons. */
  readonly providers: readonly IdentityProvider[];

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(GithubSignIn) github: GithubSignIn,
    @Inject(OidcSignIn) oidc: OidcSignIn,
    @Inject(LocalTokenStrategy) private readonly tokens: LocalTokenStrategy,
    @Inject(FailedSignIns) private readonly failures: FailedSignIns,
    @Inject(SignInAttempts) private readonly attempts: SignInAttempts,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    const { signInGithubClientId, signInOidcIssuer } = config.values;
    this.providers = [...(signInGithubClientId ? [github] : []), ...(signInOidcIssuer ? [oidc] : [])];
  }

  /** Whether a token of the local issuer may be pasted. */
  get takesTokens(): boolean {
    return this.config.takesLocalTokens;
  }

  /** What signs one, for whoever sits at this machine. */
  get tokenCommand(): string {
    return tokenCommand(this.config);
  }

  /** @param visit of the browser. @returns where to send it. */
  async begin(providerId: string, visit: string, to: string | undefined): Promise<string> {
    const provider = this.provider(providerId);
    return provider.authorizeUrl(await this.attempts.begin(provider.id, visit, returnPath(to)));
  }

  /**
   * @param callback our own URL, with the query that the browser brought back.
   * @throws Unauthenticated `sign_in_expired` for a return that this browser did not begin, or a second one.
   */
  async end(
    providerId: string,
    visit: string,
    callback: URL,
  ): Promise<{ readonly person: Person; readonly to: string }> {
    const provider = this.provider(providerId);
    const state = callback.searchParams.get('state') ?? '';
    const attempt: Attempt | undefined = await this.attempts.end(provider.id, visit, state);
    if (!attempt) throw expired();
    const person = this.personOf(await provider.identify(callback, { ...attempt, state }));
    return { person, to: attempt.to };
  }

  /** @throws Unauthenticated for anything but a local token that is good here and now; counted and limited as for a call. */
  async local(credential: string, knock: Knock): Promise<Person> {
    if (!this.takesTokens) throw unknown();
    // As it stands in a client's configuration.
    const token = credential.trim().replace(/^Bearer +/i, '');
    if (!this.tokens.recognises(token)) throw this.failures.unknownToken(token, knock);
    try {
      return this.personOf(await this.tokens.identify(token, knock));
    } catch (error) {
      throw this.failures.refuse(this.tokens.kind, knock, error);
    }
  }

  private personOf({ login, email, teams, teamsUnknown, method }: Identity): Person {
    const via = method === 'github' || method === 'oidc' ? method : 'local';
    const voucher = voucherOf(via, this.config);
    log.info({ user: login, via }, 'somebody signed in with a browser');
    return {
      login,
      via,
      ...(voucher !== undefined && { voucher }),
      signedInAt: this.clock.now().toISOString(),
      ...(email !== undefined && { email }),
      ...(teams !== undefined && { teams: [...teams] }),
      ...(teamsUnknown !== undefined && { teamsUnknown }),
    };
  }

  private provider(id: string): IdentityProvider {
    const found = this.providers.find((each) => each.id === id);
    if (!found) throw unknown();
    return found;
  }
}

function expired(): Unauthenticated {
  return new Unauthenticated('This sign-in has expired, was used, or was begun in another browser.', {
    code: 'sign_in_expired',
    fix: 'Start again from the application that you want to connect, or at /connect.',
  });
}

function unknown(): NotFound {
  return new NotFound('There is no such way to sign in here.', { code: 'route_not_found' });
}
