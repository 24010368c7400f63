import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../platform/config';
import { credentialCheck } from './credential-check';
import { Patient } from './patient';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-credential-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const judged = (environment: Record<string, string>) =>
  credentialCheck.run(new Patient(readConfig(environment)), new AbortController().signal);
const HTTPS = { MCTL_GITOPS_REMOTE: 'https://git.example.org/x.git' };
const SSH = { MCTL_GITOPS_REMOTE: 'ssh://git@git.example.org/x.git' };

it('tells a token file that is not there from one that cannot be read', () => {
  const file = join(folder, 'token');
  expect(judged({ ...HTTPS, MCTL_GITOPS_TOKEN_FILE: file })).toEqual({
    status: 'failed',
    found: `${file} is not there`,
    fix: 'Put the file there, or correct MCTL_GITOPS_TOKEN_FILE.',
  });
  // A folder in its place: no user can read it as a file, root included.
  mkdirSync(file);
  expect(judged({ ...HTTPS, MCTL_GITOPS_TOKEN_FILE: file })).toMatchObject({
    status: 'failed',
    found: `${file} cannot be read by this user`,
  });
});

it('says the same of host keys and of an ssh key', () => {
  const [keys, known] = [join(folder, 'id'), join(folder, 'known_hosts')];
  const files = { MCTL_GITOPS_SSH_KEY_FILE: keys, MCTL_GITOPS_KNOWN_HOSTS_FILE: known };
  expect(judged({ ...SSH, ...files })).toMatchObject({ found: `${known} is not there` });
  writeFileSync(known, 'git.example.org ssh-ed25519 AAAA\n');
  expect(judged({ ...SSH, ...files })).toMatchObject({ found: `${keys} is not there` });
});
