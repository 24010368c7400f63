import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEncryptedKey } from './ssh-key-file';

describe('isEncryptedKey', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'mctl-key-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['ed25519', 'RFC4716', '', false],
    ['ed25519', 'RFC4716', 'a passphrase', true],
    ['rsa', 'PEM', '', false],
    ['rsa', 'PEM', 'a passphrase', true],
    ['ecdsa', 'PKCS8', '', false],
    ['ecdsa', 'PKCS8', 'a passphrase', true],
  ])('%s as %s with passphrase %j: %s', async (type, format, passphrase, isEncrypted) => {
    const path = join(folder, `${type}-${passphrase.length}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-m', format, '-N', passphrase, '-f', path]);
    expect(await isEncryptedKey(path)).toBe(isEncrypted);
  });

  it('is false for what is no key or not there', async () => {
    const path = join(folder, 'garbage');
    writeFileSync(path, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n');
    expect(await isEncryptedKey(path)).toBe(false);
    expect(await isEncryptedKey(join(folder, 'none'))).toBe(false);
  });
});
