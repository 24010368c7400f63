import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RemoteCredentials } from './credentials';
import type { GitError } from './git-error';
import type { RemoteUrl } from './remote-url';

/** The failure with what can be found out on this machine and git's own words do not tell. */
export async function lookCloser(error: GitError, url: RemoteUrl, credentials: RemoteCredentials): Promise<GitError> {
  // Without a terminal ssh passes over a key with a passphrase in silence, and the server refuses whoever shows none.
  if (error.kind === 'denied' && url.transport === 'ssh' && (await credentials.isKeyLocked())) {
    return error.with({ kind: 'key_locked' });
  }
  if (error.kind === 'unwritable' && url.transport === 'file') {
    return error.with({ kind: (await isWritable(url.url)) ? 'full' : 'read_only' });
  }
  return error;
}

async function isWritable(url: string): Promise<boolean> {
  const folder = url.startsWith('file:') ? fileURLToPath(url) : url;
  const mayWrite = (path: string): Promise<boolean> =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
  return (await mayWrite(join(folder, 'objects'))) || (await mayWrite(join(folder, '.git/objects')));
}
