import { openProbe, type RemoteUrl } from '../../platform/gitops';
import { type Check, failed, type Finding, ok, warning } from './check';
import { modeText, statOf } from './folder-facts';
import { privateKeyKind } from './private-key';
import { judgeMode, readIfAllowed, unreadable } from './secret-file';

const CONTROL = /[\u0000-\u001f\u007f]/;

/** The files that hold the credential for the remote, as git and ssh will want them. Whether the remote takes it is another check. */
export const credentialCheck: Check = {
  name: 'credential',
  settings: ['MCTL_GITOPS_REMOTE', 'MCTL_GITOPS_USERNAME', 'MCTL_GITOPS_BRANCH'],
  limitMs: 5_000,
  run({ config, isEmbedded }) {
    if (isEmbedded) return ok('none needed for the embedded repository');
    const { url } = openProbe(config, 1);
    const { gitopsTokenFile, gitopsSshKeyFile, gitopsKnownHostsFile } = config.values;
    return byTransport(url, {
      token: () => judgeToken(gitopsTokenFile),
      ssh: () => judgeKnownHosts(gitopsKnownHostsFile) ?? judgeSshKey(gitopsSshKeyFile),
    });
  },
};

function byTransport({ transport }: RemoteUrl, judge: { token: () => Finding; ssh: () => Finding }): Finding {
  switch (transport) {
    case 'file':
      return ok('none needed for a folder');
    case 'ssh':
      return judge.ssh();
    case 'http':
    case 'https':
      return judge.token();
  }
}

function judgeToken(file: string | undefined): Finding {
  const setting = 'MCTL_GITOPS_TOKEN_FILE';
  if (file === undefined) {
    const fix = `Set ${setting} to a file with a token that may push.`;
    return warning('no token: the remote is asked as a stranger', fix);
  }
  const text = readIfAllowed(file);
  if (text === undefined) return unreadable(file, setting);
  const token = text.replace(/[\r\n]+$/, '');
  if (token === '') return failed(`${file} is empty`, `Put the token into the file that ${setting} names.`);
  if (!CONTROL.test(token)) return judgeMode(file, `token in ${file}`);
  return failed(`${file} holds more than one line`, 'It must hold the token and nothing else.');
}

function judgeSshKey(file: string | undefined): Finding {
  const setting = 'MCTL_GITOPS_SSH_KEY_FILE';
  if (file === undefined) return warning('no ssh key: only a host that asks for none lets MCTL in', `Set ${setting}.`);
  const text = readIfAllowed(file);
  if (text === undefined) return unreadable(file, setting);
  switch (privateKeyKind(text)) {
    case 'none':
      return failed(`${file} holds no private key`, `${setting} must name the private half, without .pub.`);
    case 'encrypted':
      return failed(
        `${file} needs a passphrase, and nobody is there to type it`,
        'Use a key without one, for MCTL alone.',
      );
    case 'plain':
      return openToOthers(file) ?? judgeMode(file, `ssh key in ${file}, host keys pinned`);
  }
}

/** A key that its owner keeps open to others is not used by ssh at all (sshkey_perm_ok of OpenSSH). */
function openToOthers(file: string): Finding | undefined {
  const stats = statOf(file);
  if (!stats || stats.uid !== process.geteuid?.() || (stats.mode & 0o077) === 0) return undefined;
  const mode = modeText(stats.mode);
  return failed(`${file} has mode ${mode}: ssh does not use a key that others can read`, `chmod 600 ${file}`);
}

function judgeKnownHosts(file: string | undefined): Finding | undefined {
  const setting = 'MCTL_GITOPS_KNOWN_HOSTS_FILE';
  const how = 'Put the host keys into it after checking them: ssh-keyscan HOST.';
  if (file === undefined) return failed('no ssh host is trusted', `Set ${setting} to a file with host keys. ${how}`);
  const text = readIfAllowed(file);
  if (text === undefined) return unreadable(file, setting);
  const hasKeys = text.split('\n').some((line) => /^[^\s#]\S* +\S+ +\S+/.test(line));
  return hasKeys ? undefined : failed(`${file} pins no host key`, how);
}
