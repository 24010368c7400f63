import { execFileSync } from 'node:child_process';
import { RemoteCredentials } from './credentials';
import { parseRemoteUrl } from './remote-url';

describe('parseRemoteUrl', () => {
  it.each([
    ['https://git.example.com/team/repo.git', 'https'],
    ['https://git.example.com:8443/r', 'https'],
    ['http://127.0.0.1:3000/r.git', 'http'],
    ['http://localhost/r.git', 'http'],
    ['http://[::1]:80/r.git', 'http'],
    ['ssh://git@example.com:2222/r.git', 'ssh'],
    ['git@github.com:team/repo.git', 'ssh'],
    ['git@[::1]:repo.git', 'ssh'],
    ['file:///srv/r.git', 'file'],
    ['/srv/r.git', 'file'],
  ])('accepts %s', (url, transport) => {
    expect(parseRemoteUrl(url)).toMatchObject({ url, transport });
  });

  it.each([
    '',
    '-u/x',
    '--upload-pack=x',
    'relative/path',
    'http://example.com/r',
    'http://127.0.0.1.evil.com/r',
    'https://user:secret@example.com/r',
    'https://secret@example.com/r',
    'ssh://git:secret@example.com/r',
    'ssh://-oProxyCommand=x/r',
    'git@-oProxyCommand=x:r',
    '-git@host:r',
    'git@host:-r',
    'ext::sh -c x',
    'ext::x',
    'fd::17',
    'git://example.com/r',
    'ftp://example.com/r',
    'file://host/share',
    'https://example.com/r?token=secret',
    'https://example.com/a b',
    'https://example.com/a\nb',
    'git@host::b',
  ])('refuses %j without repeating it', (url) => {
    expect(() => parseRemoteUrl(url)).toThrow(/^The GitOps repository URL is refused/);
    expect(() => parseRemoteUrl(url)).not.toThrow(/secret/);
  });
});

describe('RemoteCredentials over ssh', () => {
  const command = async (options: ConstructorParameters<typeof RemoteCredentials>[0]): Promise<string> => {
    const { config, env } = await new RemoteCredentials(options).access(parseRemoteUrl('git@example.com:r.git'));
    expect(env).toEqual({ GIT_ALLOW_PROTOCOL: 'ssh', GIT_SSH_VARIANT: 'ssh' });
    return config.find(([key]) => key === 'core.sshCommand')?.[1] ?? '';
  };

  it('quotes paths for the shell and for ssh', async () => {
    const line = await command({ sshKeyFile: "/k/it's %h (1)", knownHostsFile: '/a b/known; hosts' });
    const words = execFileSync('sh', ['-c', `for w in ${line.replace(/^ssh /, '')}; do printf '%s\\n' "$w"; done`])
      .toString()
      .split('\n');
    expect(words).toEqual(expect.arrayContaining(['BatchMode=yes', 'StrictHostKeyChecking=yes', 'IdentitiesOnly=yes']));
    expect(words).toContain('UserKnownHostsFile="/a b/known; hosts"');
    expect(words).toContain(`IdentityFile="/k/it's %%h (1)"`);
    const settings = execFileSync('sh', ['-c', `${line} -G example.com`]).toString();
    expect(settings).toMatch(/^userknownhostsfile .*\/a b\/known; hosts/m);
    expect(settings).toMatch(/^stricthostkeychecking true/m);
  });

  it('trusts no host when no keys are given, and refuses paths that ssh would expand', async () => {
    expect(await command({})).toContain('UserKnownHostsFile="/dev/null"');
    expect(() => new RemoteCredentials({ sshKeyFile: '/a/${HOME}' })).toThrow(/ssh files/);
    expect(() => new RemoteCredentials({ knownHostsFile: '/a"b' })).toThrow(/ssh files/);
  });
});
