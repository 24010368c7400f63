import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';

/** What the server does with one request in the place of answering it. */
export type VaultMood =
  { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | 'hang' | 'reset';

interface Version {
  readonly data: Record<string, unknown>;
  readonly createdAt: string;
  isDeleted: boolean;
}

interface Entry {
  /** The newest has the highest number; numbers count from 1. */
  readonly versions: Version[];
  custom: Record<string, string>;
}

export interface Seen {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}

const MOST_NOTES = 64;

/**
 * A server on loopback that speaks as much of Vault's HTTP API as MCTL uses, written from the API documentation and the statuses of OpenBao's KV
 * engine: KV version 2 with check-and-set, merge patches, soft deletes and metadata; sign-in with Kubernetes tokens; health. It misbehaves
 * on order.
 */
export class TestVault {
  url = '';
  readonly seen: Seen[] = [];
  readonly entries = new Map<string, Entry>();
  /** Tokens that are good, with how long their lease is said to be, in seconds. */
  readonly tokens = new Map<string, number>([['root', 0]]);
  /** Service account tokens that may sign in, by role. */
  readonly accounts = new Map<string, string>();
  leaseSeconds = 3_600;
  isRenewable = true;
  isSealed = false;
  mount = 'secret';
  /** Answered to `sys/capabilities-self`, by path; otherwise everything is allowed. */
  capabilities: ((path: string) => string[]) | undefined;
  mood: (request: Seen) => VaultMood | undefined = () => undefined;
  /** Called between the look of a writer and its write. */
  beforeWrite: ((path: string) => void) | undefined;
  private readonly server = createServer((request, response) => void this.handle(request, response));
  private given = 0;

  static async start(): Promise<TestVault> {
    const vault = new TestVault();
    await new Promise<void>((listening) => vault.server.listen(0, '127.0.0.1', listening));
    vault.url = `http://127.0.0.1:${(vault.server.address() as AddressInfo).port}`;
    return vault;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** As somebody who writes past MCTL. */
  write(path: string, data: Record<string, unknown>): void {
    const entry = this.entries.get(path) ?? { versions: [], custom: {} };
    entry.versions.push({ data, createdAt: stamp(), isDeleted: false });
    this.entries.set(path, entry);
  }

  /** The newest values of a path; undefined where they were deleted, or there never were any. */
  valuesAt(path: string): Record<string, unknown> | undefined {
    const newest = this.entries.get(path)?.versions.at(-1);
    return newest?.isDeleted === false ? newest.data : undefined;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const seen: Seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.seen.push(seen);
    const mood = this.mood(seen);
    if (mood === 'hang') {
      await later(60_000, undefined, { ref: false });
      return;
    }
    if (mood === 'reset') {
      request.socket.destroy();
      return;
    }
    const { status, body, headers } = mood ?? this.answerTo(seen);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  private answerTo(seen: Seen): Exclude<VaultMood, string> {
    const url = new URL(seen.url, this.url);
    const path = url.pathname.replace('/v1/', '').split('/').map(decodeURIComponent).join('/');
    if (path === 'sys/health') {
      return { status: this.isSealed ? 503 : 200, body: { sealed: this.isSealed, version: '2.1.0' } };
    }
    if (this.isSealed) return errors(503, 'Vault is sealed');
    if (/^auth\/.+\/login$/.test(path)) return this.login(seen.body);
    const token = String(seen.headers['x-vault-token']);
    if (!this.tokens.has(token)) return errors(403, 'permission denied');
    if (path === 'auth/token/renew-self') return this.renewed(token);
    if (path === 'sys/capabilities-self') return this.capabilitiesOf(seen.body.paths);
    if (path.startsWith('sys/internal/ui/mounts/')) return this.mountAt(path.replace('sys/internal/ui/mounts/', ''));
    const [, part, below = ''] = new RegExp(`^${this.mount}/(data|metadata|subkeys)/(.*)$`).exec(path) ?? [];
    if (part === undefined) return errors(404, `no handler for route "${path}". route entry not found.`);
    if (part === 'data') return this.data(seen, below);
    return part === 'subkeys' ? this.subkeys(below) : this.metadata(seen, below, url.searchParams.has('list'));
  }

  private login({ role, jwt }: { role: string; jwt: string }): Exclude<VaultMood, string> {
    if (this.accounts.get(role) !== jwt) return errors(403, 'permission denied');
    const token = `hvs.${++this.given}`;
    this.tokens.set(token, this.leaseSeconds);
    return this.auth(token);
  }

  private renewed(token: string): Exclude<VaultMood, string> {
    if (!this.isRenewable) return errors(400, 'lease is not renewable');
    this.tokens.set(token, this.leaseSeconds);
    return this.auth(token);
  }

  private auth(token: string): Exclude<VaultMood, string> {
    const auth = { client_token: token, lease_duration: this.tokens.get(token), renewable: this.isRenewable };
    return { status: 200, body: { data: null, warnings: null, auth } };
  }

  private capabilitiesOf(paths: readonly string[]): Exclude<VaultMood, string> {
    const data = Object.fromEntries(paths.map((path) => [path, this.capabilities?.(path) ?? ['root']]));
    return { status: 200, body: { ...data, data } };
  }

  private mountAt(mount: string): Exclude<VaultMood, string> {
    if (mount !== this.mount) return errors(403, 'preflight capability check returned 403');
    return { status: 200, body: { data: { type: 'kv', options: { version: '2' } } } };
  }

  private data(seen: Seen, path: string): Exclude<VaultMood, string> {
    return seen.method === 'GET' ? this.read(path) : this.changed(seen, path);
  }

  private read(path: string): Exclude<VaultMood, string> {
    const entry = this.entries.get(path);
    const newest = entry?.versions.at(-1);
    if (!entry || !newest) return errors(404);
    const metadata = metadataOf(entry, entry.versions.length);
    return newest.isDeleted
      ? { status: 404, body: { data: { data: null, metadata }, warnings: null } }
      : { status: 200, body: { data: { data: newest.data, metadata }, warnings: null } };
  }

  private changed({ method, body }: Seen, path: string): Exclude<VaultMood, string> {
    this.beforeWrite?.(path);
    const entry = this.entries.get(path);
    if (method === 'PATCH' && !entry) return errors(404);
    const version = entry?.versions.length ?? 0;
    if (body?.options?.cas !== version) return errors(400, 'check-and-set parameter did not match the current version');
    const before = this.valuesAt(path);
    if (method === 'PATCH' && !before) return errors(404);
    // A merge patch (RFC 7386): null takes a key away.
    const merged = Object.entries({ ...before, ...body.data }).filter(([, value]) => value !== null);
    this.write(path, method === 'PATCH' ? Object.fromEntries(merged) : body.data);
    const data = { version: version + 1, created_time: stamp(), destroyed: false };
    return { status: 200, body: { data, warnings: null } };
  }

  private subkeys(path: string): Exclude<VaultMood, string> {
    const entry = this.entries.get(path);
    const newest = entry?.versions.at(-1);
    if (!entry || !newest) return errors(404);
    const names = Object.fromEntries(Object.keys(newest.data).map((name) => [name, null]));
    const data = { subkeys: newest.isDeleted ? null : names, metadata: metadataOf(entry, entry.versions.length) };
    return { status: newest.isDeleted ? 404 : 200, body: { data, warnings: null, auth: null } };
  }

  private metadata({ method, body }: Seen, path: string, isList: boolean): Exclude<VaultMood, string> {
    if (isList) return this.list(path);
    const entry = this.entries.get(path);
    if (method === 'DELETE') {
      this.entries.delete(path);
      return { status: 204 };
    }
    if (!entry) return errors(404);
    const custom = { ...entry.custom, ...body.custom_metadata };
    if (Object.keys(custom).length > MOST_NOTES) return errors(400, 'payload must contain at most 64 keys');
    if (Object.values(custom).some((text) => String(text).length > 512)) {
      return errors(400, 'length of value is over 512');
    }
    entry.custom = custom;
    return { status: 204 };
  }

  private list(path: string): Exclude<VaultMood, string> {
    const below = [...this.entries.keys()].filter((each) => each.startsWith(`${path}/`));
    const keys = below.map((each) => each.slice(path.length + 1)).map((rest) => rest.replace(/\/.*$/, '/'));
    return keys.length === 0 ? errors(404) : { status: 200, body: { data: { keys: [...new Set(keys)].sort() } } };
  }
}

function metadataOf(entry: Entry | undefined, version: number) {
  const newest = entry?.versions.at(-1);
  return {
    version,
    created_time: newest?.createdAt,
    deletion_time: newest?.isDeleted ? newest.createdAt : '',
    destroyed: false,
    custom_metadata: Object.keys(entry?.custom ?? {}).length > 0 ? entry?.custom : null,
  };
}

function errors(status: number, ...texts: string[]): Exclude<VaultMood, string> {
  return { status, body: { errors: texts } };
}

/** With nanoseconds, as Go writes it. */
function stamp(): string {
  return new Date().toISOString().replace('Z', '123456Z');
}
