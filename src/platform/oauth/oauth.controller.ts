import { Controller, Get, Header, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../auth/access-rule';
import { BrowserLimits } from '../auth/browser-limits';
import { SCOPES } from '../auth/scopes';
import { Config } from '../config';
import { InvalidInput, NotFound } from '../errors';
import { type FormRequest, pageHeaders } from '../http/pages';
import { OAUTH_PATHS, OAuthAddresses } from './addresses';
import { AuthorizationServer } from './authorization-server';
import { acceptedMetadata, type Metadata } from './client-metadata.policy';
import { errorDocument } from './pages';
import { revocable } from './revocable-tokens';
import { ServerMetadata } from './server-metadata';
import { SigningKeys } from './signing-keys';

/** It is kept while somebody signs in, and anybody can send one. */
const LONGEST_STATE = 2_048;

/**
 * The endpoints of the authorisation server. They are open to everybody, as OAuth has it: clients prove themselves in the request, and
 * people in the browser. What comes is read and judged here before the library sees it.
 */
@ApiExcludeController()
@Public()
@Controller()
export class OAuthController {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(ServerMetadata) private readonly metadata: ServerMetadata,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(BrowserLimits) private readonly limits: BrowserLimits,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** RFC 8414. */
  @Get('.well-known/oauth-authorization-server')
  @Header('Cache-Control', 'public, max-age=300')
  describe(): object {
    this.requireOn();
    return this.metadata.document();
  }

  /** The path that clients of OpenID Connect try. */
  @Get('.well-known/openid-configuration')
  @Header('Cache-Control', 'public, max-age=300')
  describeAgain(): object {
    return this.describe();
  }

  @Get('oauth/jwks')
  @Header('Cache-Control', 'public, max-age=300')
  jwks(): object {
    this.requireOn();
    return this.keys.published();
  }

  @Get('oauth/authorize')
  async authorize(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.admit(request);
    const url = new URL(request.originalUrl, this.addresses.issuer);
    const mode = url.searchParams.get('response_mode') ?? 'query';
    if (mode !== 'query') {
      refuse(response, 'invalid_request', 'response_mode must be query');
      return;
    }
    if ((url.searchParams.get('state') ?? '').length > LONGEST_STATE) {
      refuse(response, 'invalid_request', `state must be at most ${LONGEST_STATE} characters`);
      return;
    }
    boundScopes(url.searchParams, this.config.values.oauthBasicScopes);
    this.nameResource(url.searchParams);
    await this.server.handle(request, response, { url: url.pathname + url.search });
  }

  /** Back from the pages on which somebody signed in and agreed. */
  @Get('oauth/authorize/:uid')
  async resume(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.admit(request);
    await this.server.handle(request, response, { url: request.originalUrl });
  }

  @Post('oauth/token')
  async token(@Req() request: FormRequest, @Res() response: Response): Promise<void> {
    await this.admit(request);
    const form = new URLSearchParams(formOf(request));
    this.nameResource(form);
    await this.server.handle(request, response, { url: OAUTH_PATHS.token, body: form.toString() });
  }

  @Post('oauth/revoke')
  async revoke(@Req() request: FormRequest, @Res() response: Response): Promise<void> {
    await this.admit(request);
    const form = new URLSearchParams(formOf(request));
    form.set('token', revocable(form.get('token') ?? ''));
    await this.server.handle(request, response, { url: OAUTH_PATHS.revocation, body: form.toString() });
  }

  @Post('oauth/register')
  async register(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.admit(request);
    if (!this.metadata.takesRegistrations) throw notHere();
    await this.limits.countRegistration(request);
    try {
      const accepted = acceptedMetadata(objectIn(request.body));
      await this.server.handle(request, response, { url: OAUTH_PATHS.registration, body: JSON.stringify(accepted) });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      // RFC 7591 §3.2.2
      response.status(400).json({ error: error.code, error_description: error.message });
    }
  }

  /** One name for our one resource: the library compares what a code was asked for with what it is redeemed for, letter by letter. */
  private nameResource(parameters: URLSearchParams): void {
    const all = parameters.getAll('resource');
    if (all.length === 0) return;
    parameters.delete('resource');
    const named = all.map((each) => (this.addresses.isResource(each) ? this.addresses.resource : each));
    for (const each of new Set(named)) parameters.append('resource', each);
  }

  private async admit(request: Request): Promise<void> {
    this.requireOn();
    await this.limits.count(request);
  }

  private requireOn(): void {
    if (!this.addresses.isOn) throw notHere();
  }
}

/** Of the scopes that were asked for, those that there are; where none is left, the basic ones (RFC 6749 §3.3). */
function boundScopes(parameters: URLSearchParams, basic: readonly string[]): void {
  const all = parameters.getAll('scope');
  if (all.length > 1) return;
  const known = (all[0] ?? '').split(' ').filter((scope) => Object.hasOwn(SCOPES, scope));
  parameters.set('scope', (known.length > 0 ? known : basic).join(' '));
}

/** The form as it came, each field as often as it came: the library refuses what came twice. */
function formOf({ form, formError }: FormRequest): string {
  if (formError) throw formError;
  const pairs = Object.entries(form ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, String(each)]),
  );
  return new URLSearchParams(pairs).toString();
}

function objectIn(body: unknown): Metadata {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Metadata;
  throw new InvalidInput('The metadata must be a JSON object.', { code: 'invalid_client_metadata' });
}

function refuse(response: Response, error: string, description: string): void {
  const { document, style } = errorDocument(error, description);
  response.status(400).set(pageHeaders({ style })).type('html').send(document.text);
}

function notHere(): NotFound {
  return new NotFound('There is no such route.', {
    code: 'route_not_found',
    fix: 'The routes are described at /docs.',
  });
}
