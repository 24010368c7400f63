import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { OwnAddress, servesPages } from '../http/pages';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Paths of the endpoints; the first six are in the metadata document. */
export const OAUTH_PATHS = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  registration: '/oauth/register',
  revocation: '/oauth/revoke',
  jwks: '/oauth/jwks',
  interaction: '/oauth/interaction',
} as const;

/** Who we are as authorisation server and as protected resource; from the settings alone, whatever a request says. */
@Injectable()
export class OAuthAddresses {
  constructor(
    @Inject(OwnAddress) private readonly address: OwnAddress,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Whether clients can connect here at all: OAuth is on, and browsers reach us over https or on loopback. */
  get isOn(): boolean {
    const base = this.address.base();
    return this.config.values.oauth && base !== undefined && servesPages(base);
  }

  /** Issuer identifier (RFC 8414): the public URL, or where we listen on loopback. */
  get issuer(): string {
    const base = this.address.base();
    if (base === undefined) throw new Error('this process serves nobody, so it is no issuer');
    return base;
  }

  /** Audience of every token (RFC 8707): the MCP endpoint, which stands for the REST mirror as well. */
  get resource(): string {
    return `${this.issuer}/mcp`;
  }

  /** Whether a resource indicator means us. On loopback, its other names mean us as well: clients are configured with any of them. */
  isResource(indicator: string): boolean {
    if (!URL.canParse(indicator)) return false;
    const [asked, own] = [new URL(indicator), new URL(this.resource)];
    if (asked.hash || asked.search || asked.username || asked.password || asked.protocol !== own.protocol) return false;
    const isPath = ['/mcp', '/mcp/', '/'].includes(asked.pathname);
    const isAlias = [asked, own].every(({ hostname }) => LOOPBACK_NAMES.includes(hostname)) && asked.port === own.port;
    return isPath && (asked.host === own.host || isAlias);
  }
}
