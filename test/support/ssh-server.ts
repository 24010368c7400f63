import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type KeyType = 'ed25519' | 'rsa';

/** Makes a key pair with ssh-keygen; answers the path of the private one. */
export function makeSshKey(path: string, type: KeyType = 'ed25519', passphrase = ''): string {
  const size = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, '-N', passphrase, '-C', 'test', '-f', path]);
  return path;
}

/**
 * OpenSSH's own server on loopback, on a free port, as the user who runs the tests: its host key and its authorized keys are files
 * of a folder of the test. It serves every repository that this user can read, like any host with git and ssh.
 */
export class SshServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** @param folder is made; the host key is of type ed25519. */
  static async start(folder: string): Promise<SshServer> {
    mkdirSync(folder, { recursive: true });
    const server = new SshServer(folder, await freePort());
    makeSshKey(server.hostKey);
    writeFileSync(server.authorizedKeys, '');
    await server.resume();
    return server;
  }

  /** Path of the private host key. */
  get hostKey(): string {
    return join(this.folder, 'host_key');
  }

  /** The line of a known_hosts file for this server, with the host key as it is now or another one. */
  knownHost(key = this.hostKey): string {
    const [type, body] = readFileSync(`${key}.pub`, 'utf8').split(' ');
    return `[127.0.0.1]:${this.port} ${type} ${body}\n`;
  }

  /** Lets in whoever holds these keys (paths of private ones), and nobody else. */
  authorize(...keys: readonly string[]): void {
    writeFileSync(this.authorizedKeys, keys.map((key) => readFileSync(`${key}.pub`, 'utf8')).join(''));
  }

  /** Address of a repository as MCTL_GITOPS_REMOTE takes it. */
  url(path: string): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.port}${path}`;
  }

  /** Starts again on the same port, with the host key that its file holds by now. */
  async resume(): Promise<void> {
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', this.writeSettings()], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.includes('Server listening')) break;
      lines.push(line);
    }
    if (child.exitCode !== null) throw new Error(`sshd did not start:\n${lines.join('\n')}`);
    child.stderr.resume();
  }

  /** Takes no more connections; those under way end as git ends. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  private get authorizedKeys(): string {
    return join(this.folder, 'authorized_keys');
  }

  private writeSettings(): string {
    // Its privilege separation wants this folder, which an init script would have made.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const path = join(this.folder, 'sshd_config');
    const lines = [
      'ListenAddress 127.0.0.1',
      `Port ${this.port}`,
      `HostKey ${this.hostKey}`,
      `AuthorizedKeysFile ${this.authorizedKeys}`,
      'PidFile none',
      // The folder of the test is below /tmp, which everybody may write to.
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'AcceptEnv GIT_PROTOCOL',
      'MaxStartups 100',
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
