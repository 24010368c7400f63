import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import type { GitConfigEntry } from './git-environment';
import { GitError } from './git-error';
import { allowedProtocols, type RemoteUrl } from './remote-url';
import { isEncryptedKey } from './ssh-key-file';

export interface RemoteCredentialsOptions {
  /** File with the https token (or password) and nothing else; read again at every use, so it may be rotated. */
  tokenFile?: string;
  /** Default `x-access-token`, which GitHub takes with app and personal tokens; GitLab takes any. */
  username?: string;
  sshKeyFile?: string;
  /** Without it no ssh host is trusted. */
  knownHostsFile?: string;
  /** Certificate authorities that https trusts in place of the machine's own, PEM. */
  caFile?: string;
}

/** What one git call that talks to the remote needs. Neither field of it holds a secret, except behind `secrets`. */
export interface RemoteAccess {
  env: Record<string, string>;
  config: GitConfigEntry[];
  /** For redaction: the token when the call began and the one in the file now. */
  secrets: () => string[];
}

/**
 * The token travels from its file to git through a pipe only: a credential helper prints it, which git runs when the
 * server asks. It is in no argument, configuration file, URL or environment variable (all of which other processes
 * can read, or git would print). `printf` is a shell builtin, hence no process of its own either.
 */
const HELPER =
  '!f() { test "$1" = get || exit 0; t=$(cat -- "$MCTL_GIT_TOKEN_FILE") || exit 1; ' +
  `printf 'username=%s\\npassword=%s\\n' "$MCTL_GIT_USERNAME" "$t"; }; f`;

const CONTROL = /[\u0000-\u001f\u007f]/;

/** Turns credential settings into the environment of one git call. Holds paths, never the secrets themselves. */
export class RemoteCredentials {
  constructor(private readonly options: RemoteCredentialsOptions = {}) {
    if (CONTROL.test(options.username ?? '')) throw new Error('The git user name holds control characters.');
    for (const path of [options.sshKeyFile, options.knownHostsFile]) {
      // ssh expands these itself, in option values that it splits and unquotes again.
      if (path !== undefined && (/["$\\]/.test(path) || CONTROL.test(path))) {
        throw new Error('Paths of ssh files must not hold quotes, "$", backslashes or control characters.');
      }
    }
  }

  /** @throws GitError `token_file` when the token file is missing, empty or not one line. */
  async access(remote: RemoteUrl): Promise<RemoteAccess> {
    const env: Record<string, string> = { GIT_ALLOW_PROTOCOL: allowedProtocols(remote) };
    if (remote.transport === 'ssh') {
      const config: GitConfigEntry[] = [['core.sshCommand', this.sshCommand()]];
      return { env: { ...env, GIT_SSH_VARIANT: 'ssh' }, config, secrets: () => [] };
    }
    if (remote.origin === undefined) return { env, config: [], secrets: () => [] };
    return this.webAccess(remote.origin, env);
  }

  /** The ssh key cannot be used without a passphrase, which nobody types here. */
  async isKeyLocked(): Promise<boolean> {
    return this.options.sshKeyFile !== undefined && isEncryptedKey(this.options.sshKeyFile);
  }

  private async webAccess(origin: string, env: Record<string, string>): Promise<RemoteAccess> {
    const config: GitConfigEntry[] = [
      // A redirect is refused altogether: the remote is the host that was configured, for the token and the content.
      ['http.followRedirects', 'false'],
      ['credential.helper', ''],
    ];
    if (this.options.caFile !== undefined) config.push(['http.sslCAInfo', this.options.caFile]);
    const { tokenFile, username = 'x-access-token' } = this.options;
    if (tokenFile === undefined) return { env, config, secrets: () => [] };
    const token = await readToken(tokenFile);
    // Scoped: git does not even ask this helper for another scheme, host or port.
    config.push([`credential.${origin}.helper`, HELPER]);
    return {
      env: { ...env, MCTL_GIT_TOKEN_FILE: tokenFile, MCTL_GIT_USERNAME: username },
      config,
      secrets: () => secretForms(username, [token, currentToken(tokenFile)]),
    };
  }

  private sshCommand(): string {
    const { sshKeyFile, knownHostsFile = '/dev/null' } = this.options;
    const settings = [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile="${sshPath(knownHostsFile)}"`,
      'GlobalKnownHostsFile=/dev/null',
      'UpdateHostKeys=no',
      'IdentitiesOnly=yes',
      'ConnectTimeout=15',
      'ServerAliveInterval=15',
    ];
    const words = ['ssh', '-F', '/dev/null', ...settings.flatMap((setting) => ['-o', setting])];
    if (sshKeyFile !== undefined) words.push('-o', `IdentityFile="${sshPath(sshKeyFile)}"`);
    return words.map(shellQuote).join(' ');
  }
}

async function readToken(tokenFile: string): Promise<string> {
  const token = (await readFile(tokenFile, 'utf8').catch(() => '')).replace(/[\r\n]+$/, '');
  if (token === '' || CONTROL.test(token)) {
    throw new GitError({
      command: 'credential',
      kind: 'token_file',
      stderr: 'fatal: the token file is missing, empty or not one line',
    });
  }
  return token;
}

/** Synchronous because it is asked while an error is being built; the file is one line. */
function currentToken(tokenFile: string): string {
  try {
    return readFileSync(tokenFile, 'utf8').trim();
  } catch {
    return '';
  }
}

function secretForms(username: string, tokens: readonly string[]): string[] {
  return tokens.flatMap((token) => (token === '' ? [] : [token, `${username}:${token}`]));
}

function sshPath(path: string): string {
  return path.replaceAll('%', '%%');
}

function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
