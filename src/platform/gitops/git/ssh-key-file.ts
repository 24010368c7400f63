import { readFile } from 'node:fs/promises';

const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/;
/** The magic, NUL, then the length of the cipher's name and the name (openssh-portable, PROTOCOL.key). */
const MAGIC = Buffer.from('openssh-key-v1\0');

/** Whether the private key cannot be read without a passphrase. False where there is no such file or it is no key at all. */
export async function isEncryptedKey(path: string): Promise<boolean> {
  const text = await readFile(path, 'latin1').catch(() => '');
  const body = OPENSSH.exec(text)?.[1];
  if (body === undefined) return /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text);
  return cipherOf(Buffer.from(body, 'base64')) !== 'none';
}

function cipherOf(key: Buffer): string {
  const start = MAGIC.length + 4;
  if (key.length < start || !key.subarray(0, MAGIC.length).equals(MAGIC)) return 'none';
  return key.toString('latin1', start, start + key.readUInt32BE(MAGIC.length));
}
