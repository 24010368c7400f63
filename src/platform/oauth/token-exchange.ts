import type * as OidcProvider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { errors as faults, jwtVerify } from 'jose';
import { z } from 'zod';
import { OidcKeys } from '../auth/oidc/oidc-keys';
import { type Scope, SCOPES } from '../auth/scopes';
import { unverifiedJwt } from '../auth/unverified-jwt';
import { Clock } from '../clock';
import { type CiRule, Config } from '../config';
import { Unavailable } from '../errors';
import { log } from '../logging';
import { OAuthAddresses } from './addresses';
import { type CiClaims, ciLogin, ruleFor } from './ci-rules.policy';
import { TOKEN_EXCHANGE } from './registered-clients';
import { ResourceServers } from './resource-servers';

type Context = OidcProvider.KoaContextWithOIDC;
type Errors = (typeof OidcProvider)['errors'];

const JWT_TYPES = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'];
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
/** A job asks again when it needs longer; GitHub's own tokens last five minutes. */
const LONGEST_S = 900;
const CLOCK_TOLERANCE_S = 30;
const PARAMETERS = ['subject_token', 'subject_token_type', 'requested_token_type', 'scope', 'resource', 'audience'];

const ciClaims = z.object({
  sub: z.string(),
  repository: z.string(),
  repository_id: z.string(),
  ref: z.string(),
  environment: z.string().optional(),
  run_id: z.string().optional(),
});

/**
 * Token exchange (RFC 8693) for CI: the OIDC token of a GitHub Actions job against a short-lived token of ours, for the role that the
 * settings give to that repository. No secret is stored anywhere, and there is no refresh token: the job has its own proof.
 */
@Injectable()
export class TokenExchange {
  private keys: OidcKeys | undefined;

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(ResourceServers) private readonly resources: ResourceServers,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  register(provider: OidcProvider.Provider, errors: Errors): void {
    const handler = (context: Context) => this.answer(provider, errors, context);
    provider.registerGrantType(TOKEN_EXCHANGE, handler, PARAMETERS);
  }

  private async answer(provider: OidcProvider.Provider, errors: Errors, context: Context): Promise<void> {
    const parameters = context.oidc.params as Record<string, string | undefined>;
    const {
      subject_token: token,
      subject_token_type: type,
      requested_token_type: wanted = ACCESS_TOKEN_TYPE,
    } = parameters;
    if (this.config.values.oauthCi.length === 0) throw notConfigured(errors);
    if (!token || !JWT_TYPES.includes(type ?? '')) {
      throw new errors.InvalidRequest(`subject_token and subject_token_type (${JWT_TYPES[0]}) are needed`);
    }
    if (wanted !== ACCESS_TOKEN_TYPE) {
      throw new errors.InvalidRequest(`requested_token_type must be ${ACCESS_TOKEN_TYPE}`);
    }
    this.requireOurs(errors, [parameters.resource, parameters.audience]);
    const claims = await this.verify(errors, token);
    const rule = ruleFor(this.config.values.oauthCi, claims);
    if (!rule) {
      log.info(
        { repository: claims.repository, ref: claims.ref, environment: claims.environment },
        'no rule for a CI job',
      );
      throw refused(errors, noRuleFor(claims));
    }
    context.body = await this.give(provider, context, rule, scopesOf(errors, rule, parameters.scope));
    log.info(
      { user: ciLogin(rule), repository: claims.repository, ref: claims.ref, run: claims.run_id },
      'a CI job got a token',
    );
  }

  private requireOurs(errors: Errors, indicators: readonly (string | undefined)[]): void {
    if (indicators.every((each) => each === undefined || this.addresses.isResource(each))) return;
    throw new errors.InvalidTarget(`resource must be ${this.addresses.resource}`);
  }

  private async verify(errors: Errors, token: string): Promise<CiClaims> {
    const issuer = this.config.values.oauthCiIssuer;
    this.keys ??= new OidcKeys(issuer, this.clock);
    try {
      const { payload } = await jwtVerify(token, this.keys.find, {
        issuer,
        // The job names us when it asks GitHub for the token: one that was made for somebody else opens nothing here.
        audience: [this.addresses.issuer, this.addresses.resource],
        algorithms: ['RS256', 'ES256'],
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: this.clock.now(),
      });
      return ciClaims.parse(payload);
    } catch (cause) {
      if (cause instanceof Unavailable) throw cannotAsk(errors);
      throw refused(errors, whyNot(cause, token, issuer, this.addresses.issuer));
    }
  }

  /** A token without a grant: nothing renews it, and taking it back is a matter of its `jti`. */
  private async give(
    { AccessToken, ResourceServer }: OidcProvider.Provider,
    { oidc }: Context,
    rule: CiRule,
    scope: string,
  ): Promise<object> {
    const expiresIn = Math.min(LONGEST_S, this.config.values.oauthAccessTtl / 1000);
    const { resource } = this.addresses;
    const token = new AccessToken({
      accountId: ciLogin(rule),
      client: oidc.client,
      scope,
      expiresIn,
      gty: TOKEN_EXCHANGE,
    } as never);
    token.resourceServer = new ResourceServer(resource, this.resources.own());
    const value = await token.save();
    return {
      access_token: value,
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: 'Bearer',
      expires_in: expiresIn,
      scope,
    };
  }
}

/** What a job gets that asks for nothing. What destroys is for jobs that ask for it, whatever their role. */
const SCOPES_OF_ROLE: Readonly<Record<CiRule['role'], readonly Scope[]>> = {
  viewer: ['platform:read', 'logs:read'],
  developer: ['platform:write', 'logs:read'],
  owner: ['platform:write', 'logs:read'],
};

/** What the job asks for, within its role; otherwise what its role commonly needs. Who meant to ask for less must not get more by a slip. */
function scopesOf(errors: Errors, { role }: CiRule, asked = ''): string {
  const all = Object.keys(SCOPES);
  const wanted = [...new Set(asked.split(' ').filter(Boolean))];
  const unknown = wanted.find((scope) => !all.includes(scope));
  if (unknown !== undefined) throw new errors.InvalidScope('requested scope is not one of scopes_supported', unknown);
  return (wanted.length > 0 ? wanted : SCOPES_OF_ROLE[role]).join(' ');
}

function cannotAsk({ CustomOIDCProviderError }: Errors): Error {
  const error = new CustomOIDCProviderError(
    'temporarily_unavailable',
    'the issuer of the subject_token cannot be asked for its keys',
  );
  return Object.assign(error, { statusCode: 503, status: 503 });
}

/** `invalid_grant` whose reason the job's author may read: it is of the token that came with the request, and of nobody else's. */
function refused({ CustomOIDCProviderError }: Errors, reason: string): Error {
  return new CustomOIDCProviderError('invalid_grant', inDescription(reason), { detail: reason });
}

function notConfigured({ CustomOIDCProviderError }: Errors): Error {
  return new CustomOIDCProviderError(
    'unsupported_grant_type',
    'tokens of CI jobs are not exchanged here: whoever runs MCTL has to set MCTL_OAUTH_CI',
  );
}

/** What is wrong with the token. Audience and time are judged after the signature, so they are told to the token's owner only. */
function whyNot(cause: unknown, token: string, issuer: string, audience: string): string {
  if (cause instanceof faults.JWTExpired) return 'subject_token has expired; ask GitHub for a new one';
  if (cause instanceof faults.JWTClaimValidationFailed && cause.claim === 'aud') {
    return `subject_token was made for another audience; ask GitHub for one with audience=${audience}`;
  }
  if (cause instanceof z.ZodError) {
    return `subject_token is of no GitHub Actions job: ${cause.issues[0]?.path.join('.')} is missing`;
  }
  return unverifiedJwt(token)?.issuer === issuer
    ? `subject_token is not valid: it must be a JWT that ${issuer} signed, as it came`
    : `subject_token is not of ${issuer}, the issuer of CI jobs here`;
}

function noRuleFor({ repository, ref, environment }: CiClaims): string {
  const where = `${repository}, ref ${ref}, ${environment === undefined ? 'no environment' : `environment ${environment}`}`;
  return `no rule for repository ${where}; whoever runs MCTL adds one to MCTL_OAUTH_CI`;
}

/** Characters that RFC 6749 §5.2 allows. */
function inDescription(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 500);
}
