import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { CANARIES } from './canaries';
import { CertificateAuthority } from './certificates';

const run = promisify(execFile);

/** Debian keeps the server's programs off the PATH, by version. */
const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root: it is nobody then. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const ADMIN = 'postgres';
/** Looks like no word of any message, so that a test can look for it everywhere. */
export const ADMIN_PASSWORD = CANARIES.postgresPassword;

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A real PostgreSQL of our own, on a free loopback port, with a data folder of its own; passwords by SCRAM only. */
export class TestPostgres {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly isEncrypted: boolean,
  ) {}

  /** @param options.tls offers TLS with a certificate of an authority that nobody else knows. */
  static async start(options: { tls?: boolean } = {}): Promise<TestPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-postgres-'));
    chmodSync(folder, 0o755);
    const [data, passwords] = [join(folder, 'data'), join(folder, 'passwords')];
    mkdirSync(data);
    writeFileSync(passwords, `${ADMIN_PASSWORD}\n`);
    const server = new TestPostgres(folder, await freePort(), options.tls ?? false);
    const files = options.tls ? server.certificate() : [];
    for (const path of [data, passwords, ...files]) giveAway(path);
    const initial = [
      '-D',
      data,
      '-U',
      ADMIN,
      `--pwfile=${passwords}`,
      '--auth=scram-sha-256',
      '-E',
      'UTF8',
      '--no-sync',
    ];
    await run(program('initdb'), [...initial, '--locale=C'], { ...NOBODY, cwd: folder });
    await server.up();
    return server;
  }

  /** As an administrator's URL. @param query e.g. `sslmode=require` */
  url({ user = ADMIN, password = ADMIN_PASSWORD, database = ADMIN }: Partial<Login> = {}, query = ''): string {
    return `postgresql://${user}:${password}@127.0.0.1:${this.port}/${database}${query && `?${query}`}`;
  }

  /** Of the authority that signed the server's certificate; only with `tls`. */
  get authorityFile(): string {
    return join(this.folder, 'ca', 'ca.pem');
  }

  async up(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      fsync: 'off',
      log_statement: 'all',
      ...(this.isEncrypted && {
        ssl: 'on',
        ssl_cert_file: join(this.folder, 'server.crt'),
        ssl_key_file: join(this.folder, 'server.key'),
      }),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(program('postgres'), ['-D', join(this.folder, 'data'), ...flags], {
      ...NOBODY,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    await new Promise<void>((ready, failed) => {
      createInterface({ input: child.stderr })
        .on('line', (line) => {
          this.log.push(line);
          if (line.includes('ready to accept connections')) ready();
        })
        .on('close', () => failed(new Error(`PostgreSQL ended before it was ready:\n${this.log.join('\n')}`)));
    });
  }

  /** Everything the server said, with every statement it was given. */
  readonly log: string[] = [];

  /** As if its machine were gone: connections break off. */
  async down(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGQUIT');
    await exited;
  }

  async dispose(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One statement in a session of its own. */
  async query<Row extends object = Record<string, unknown>>(
    statement: string,
    login: Partial<Login> = {},
    parameters: unknown[] = [],
  ): Promise<Row[]> {
    const client = new Client({ connectionString: this.url(login) });
    await client.connect();
    try {
      return (await client.query<Row>(statement, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  private certificate(): string[] {
    const { cert, key } = new CertificateAuthority(join(this.folder, 'ca')).issue('IP:127.0.0.1');
    const files = [join(this.folder, 'server.crt'), join(this.folder, 'server.key')] as const;
    writeFileSync(files[0], cert);
    writeFileSync(files[1], key, { mode: 0o600 });
    return [...files];
  }
}

function giveAway(path: string): void {
  if (NOBODY.uid !== undefined) chownSync(path, NOBODY.uid, NOBODY.gid);
}

function program(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
