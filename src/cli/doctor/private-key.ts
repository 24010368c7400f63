const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/;
const MAGIC = 'openssh-key-v1\0';

/**
 * What a file with an ssh key holds. An OpenSSH key names its cipher right after the magic text (PROTOCOL.key of OpenSSH: the magic,
 * then a length of four bytes and the name, `none` for a key without passphrase); PEM says it in words.
 */
export function privateKeyKind(text: string): 'plain' | 'encrypted' | 'none' {
  const body = OPENSSH.exec(text)?.[1];
  if (body !== undefined) return ofOpenSsh(Buffer.from(body, 'base64'));
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'none';
  return /ENCRYPTED/.test(text) ? 'encrypted' : 'plain';
}

function ofOpenSsh(key: Buffer): 'plain' | 'encrypted' | 'none' {
  const start = MAGIC.length + 4;
  if (key.toString('latin1', 0, MAGIC.length) !== MAGIC || key.length < start) return 'none';
  const cipher = key.toString('latin1', start, start + key.readUInt32BE(MAGIC.length));
  return cipher === 'none' ? 'plain' : 'encrypted';
}
