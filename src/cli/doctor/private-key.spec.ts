import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateKeyKind } from './private-key';

describe(privateKeyKind, () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'mctl-keys-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function sshKey(name: string, passphrase: string): string {
    const file = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'mctl', '-f', file]);
    return file;
  }

  function pem(passphrase?: string): string {
    const cipher = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
    return generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', ...cipher },
    }).privateKey;
  }

  it('tells the forms of a key that ssh-keygen writes', () => {
    const plain = sshKey('plain', '');
    expect(privateKeyKind(readFileSync(plain, 'utf8'))).toBe('plain');
    expect(privateKeyKind(readFileSync(`${plain}.pub`, 'utf8'))).toBe('none');
    expect(privateKeyKind(readFileSync(sshKey('locked', 'open sesame'), 'utf8'))).toBe('encrypted');
  });

  it('tells those of PEM, and what is no key', () => {
    expect(privateKeyKind(pem())).toBe('plain');
    expect(privateKeyKind(pem('open sesame'))).toBe('encrypted');
    expect(privateKeyKind('')).toBe('none');
    expect(privateKeyKind('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n')).toBe(
      'none',
    );
  });
});
