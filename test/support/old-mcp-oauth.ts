import { auth, type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

type Information = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Tokens = NonNullable<Awaited<ReturnType<OAuthClientProvider['tokens']>>>;

/** The official client of before (SDK 1.x), which most assistants still have inside. It keeps no refresh token. */
export class OldAssistant implements OAuthClientProvider {
  /** Where the browser was last asked to go. */
  asked: URL | undefined;
  readonly redirectUrl = 'http://127.0.0.1:1/callback';
  readonly clientMetadata = {
    client_name: 'Assistant of before',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  private information: Information;
  private current: Tokens | undefined;
  private verifier = '';
  private client: Client | undefined;

  constructor(private readonly site: string) {}

  /** Connects, by a browser where it must. @param browse what the person does there; its result is the code. */
  async connect(browse: (asked: URL) => Promise<string>): Promise<void> {
    const serverUrl = new URL('/mcp', this.site);
    const asked = this.asked;
    if (asked) {
      await auth(this, { serverUrl, authorizationCode: await browse(asked) });
    } else {
      await this.open(serverUrl).catch((error: unknown) => {
        if (!(error instanceof UnauthorizedError)) throw error;
      });
      if (!this.asked) throw new Error('no browser was asked for');
      await auth(this, { serverUrl, authorizationCode: await browse(this.asked) });
    }
    this.asked = undefined;
    await this.client?.close();
    await this.open(serverUrl);
  }

  async call(name: string, args: Record<string, unknown>): Promise<void> {
    const result = await this.client?.callTool({ name, arguments: args });
    if (!result || result.isError) throw new Error(JSON.stringify(result));
  }

  async close(): Promise<void> {
    await this.client?.close();
  }

  clientInformation(): Information {
    return this.information;
  }

  saveClientInformation(information: Information): void {
    this.information = information;
  }

  tokens(): Tokens | undefined {
    return this.current;
  }

  saveTokens({ refresh_token: _, ...tokens }: Tokens): void {
    this.current = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.asked = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  private async open(address: URL): Promise<void> {
    this.client = new Client({ name: 'assistant-of-before', version: '1.0.0' });
    await this.client.connect(new StreamableHTTPClientTransport(address, { authProvider: this }));
  }
}
