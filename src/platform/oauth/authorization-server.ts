import type { EventEmitter } from 'node:events';
import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Interaction, InteractionResults, Provider } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import { LocalTokens } from '../auth/local-tokens';
import { Clock } from '../clock';
import { Keys } from '../keys';
import { log } from '../logging';
import { AccessTokens } from './access-tokens';
import { OAuthAddresses } from './addresses';
import { loadProvider } from './load-provider';
import { ProviderConfiguration } from './provider-configuration';
import { nameSuccessors } from './refresh-successor';
import { revocableTokens } from './revocable-tokens';
import { RegisteredClients } from './registered-clients';
import { sessionPerRequest } from './session-per-request';
import { TokenExchange } from './token-exchange';
import { holdUntrustedRedirects } from './untrusted-redirect';

export interface AuthorizationRequest {
  readonly url: string;
  /** In place of what came: what our parsers have read and judged. */
  readonly body?: string;
}

/** The one `oidc-provider` of this process, made when the first request needs it. It keeps nothing that another replica would miss. */
@Injectable()
export class AuthorizationServer {
  private made: Promise<Provider> | undefined;

  constructor(
    @Inject(ProviderConfiguration) private readonly configuration: ProviderConfiguration,
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(LocalTokens) private readonly local: LocalTokens,
    @Inject(TokenExchange) private readonly exchange: TokenExchange,
    @Inject(RegisteredClients) private readonly registered: RegisteredClients,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Answers a request to one of the endpoints. */
  async handle(request: IncomingMessage, response: ServerResponse, asked: AuthorizationRequest): Promise<void> {
    const provider = await this.provider();
    await provider.callback()(this.asOurs(request, asked), response);
  }

  /** The interaction that a browser is in the middle of. @throws SessionNotFound of the library where there is none. */
  async interaction(request: IncomingMessage, response: ServerResponse): Promise<Interaction> {
    return (await this.provider()).interactionDetails(request, response);
  }

  /** Where the browser goes on after a step. */
  async finish(request: IncomingMessage, response: ServerResponse, result: InteractionResults): Promise<string> {
    const mergeWithLastSubmission = !('error' in result);
    return (await this.provider()).interactionResult(request, response, result, { mergeWithLastSubmission });
  }

  provider(): Promise<Provider> {
    return (this.made ??= this.make());
  }

  private async make(): Promise<Provider> {
    const library = await loadProvider();
    const provider = new library.Provider(this.addresses.issuer, this.configuration.build(library, this.clock));
    // Of the proxy headers only those get through that `asOurs` writes.
    provider.proxy = true;
    nameSuccessors(provider, this.keys.oauthRefreshKey, () => library.Provider.ctx);
    sessionPerRequest(provider);
    const { tokens, local } = this;
    revocableTokens(provider, { tokens, local }, () => library.Provider.ctx?.oidc.client?.clientId);
    holdUntrustedRedirects(provider, new URL(this.addresses.issuer).origin, (id) => this.registered.isKnown(id));
    this.exchange.register(provider, library.errors);
    provider.on('server_error', (_context, err) => log.error({ err }, 'the authorisation server failed'));
    (provider as unknown as EventEmitter).on('error', (err) => log.error({ err }, 'the authorisation server failed'));
    provider.on('grant.error', (_context, { message, error_detail: detail }) =>
      log.info({ reason: message, detail }, 'no token was given'),
    );
    return provider;
  }

  /**
   * The request as if it had come straight to the address of the settings: the library builds URLs from the Host header, and a client
   * could else name its own.
   */
  private asOurs(request: IncomingMessage, { url, body }: AuthorizationRequest): IncomingMessage {
    const { protocol, host } = new URL(this.addresses.issuer);
    const own = Object.entries(request.headers).filter(([name]) => !/^(forwarded$|x-forwarded-)/.test(name));
    const headers: IncomingMessage['headers'] = {
      ...Object.fromEntries(own),
      host,
      'x-forwarded-proto': protocol.slice(0, -1),
    };
    const copy = Object.assign(new IncomingMessage(request.socket), {
      method: request.method,
      url,
      originalUrl: url,
      headers,
    });
    if (body !== undefined) {
      headers['content-length'] = String(Buffer.byteLength(body));
      copy.push(body);
    }
    // Otherwise its end would count as a client that went away, and close the connection.
    copy.complete = true;
    copy.push(null);
    return copy;
  }
}
