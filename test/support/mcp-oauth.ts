import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, type OAuthClientProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

type Information = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Discovery = Parameters<NonNullable<OAuthClientProvider['saveDiscoveryState']>>[0];
type Tokens = Awaited<ReturnType<OAuthClientProvider['tokens']>>;

/** What an assistant on somebody's machine is: the official MCP client, and a port on loopback that the browser comes back to. */
export class Assistant implements OAuthClientProvider {
  /** Where the browser was last asked to go. */
  asked: URL | undefined;
  information: Information;
  current: Tokens;
  /** How often a browser was needed. */
  browserSteps = 0;
  /** What the client has asked for since `steps` was last emptied, in order: `POST /mcp 401`. */
  readonly steps: string[] = [];
  private verifier = '';
  private discovery: Discovery | undefined;

  private constructor(
    private readonly server: Server,
    readonly clientMetadataUrl?: string,
  ) {}

  static async start(clientMetadataUrl?: string): Promise<Assistant> {
    const server = createServer((_request, response) => void response.end('<title>Back in the assistant</title>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Assistant(server, clientMetadataUrl);
  }

  get redirectUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/callback`;
  }

  get clientMetadata() {
    return {
      client_name: 'Assistant of the test',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state(): string {
    return 'state-of-the-assistant';
  }

  clientInformation(): Information {
    return this.information;
  }

  saveClientInformation(information: Information): void {
    this.information = information;
  }

  tokens(): Tokens {
    return this.current;
  }

  saveTokens(tokens: NonNullable<Tokens>): void {
    this.current = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.asked = url;
    this.browserSteps += 1;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  /** So that the answer of the browser is taken to the very server that the browser was sent to (SEP-2352). */
  saveDiscoveryState(state: Discovery): void {
    this.discovery = state;
  }

  discoveryState(): Discovery | undefined {
    return this.discovery;
  }

  invalidateCredentials(scope: string): void {
    if (scope !== 'verifier') this.current = undefined;
    if (scope === 'all' || scope === 'client') this.information = undefined;
    if (scope === 'all' || scope === 'discovery') this.discovery = undefined;
  }

  /** One session of the official client; it may need a browser first. */
  session(site: string): AssistantSession {
    const transport = new StreamableHTTPClientTransport(new URL('/mcp', site), {
      authProvider: this,
      fetch: this.fetch,
    });
    return { transport, client: new Client({ name: 'assistant', version: '1.0.0' }) };
  }

  private readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    this.steps.push(`${init?.method ?? 'GET'} ${new URL(url).pathname} ${response.status}`);
    return response;
  };

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export interface AssistantSession {
  readonly transport: StreamableHTTPClientTransport;
  readonly client: Client;
}
