import { LocalIssuer } from '../platform/auth/local-issuer';
import { loadConfig, parseDuration } from '../platform/config';
import { InvalidInput } from '../platform/errors';
import { findKeys, keyFile, keysOf } from '../platform/keys';
import { UsageError } from './exit';
import { loginOf } from './login';

/** Prints a token and nothing else. Needs the key file only, so it works beside a running server and before the first one. */
export async function signToken({ user, ttl }: { user: string; ttl: string }): Promise<void> {
  const milliseconds = parseDuration(ttl);
  if (milliseconds === undefined) throw new UsageError('--ttl is not a duration such as 30m, 1h or 7d.');
  // Before anything is made: a call that is refused leaves no key behind.
  loginOf(user);
  const config = loadConfig();
  if (!config.takesLocalTokens) throw new UsageError(NOT_TAKEN);
  const isFirst = findKeys(config) === undefined;
  const issuer = new LocalIssuer(keysOf(config), config);
  try {
    process.stdout.write(`${await issuer.sign(user, milliseconds)}\n`);
    if (isFirst) process.stderr.write(newKey(config.dataDir));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new UsageError(
      `--${error.details.field ?? 'user'}: ${error.message} It must be ${error.details.expected ?? ''}.`,
    );
  }
}

const NOT_TAKEN =
  'A server with these settings takes no local tokens (MCTL_LOCAL_TOKENS, MCTL_HOST, MCTL_PUBLIC_URL); sign in with what it takes: see docs/security.md.';

/** A data folder that was mistyped shows by nothing else: the token looks like any other. */
function newKey(dataDir: string): string {
  return `Made a new key in ${keyFile(dataDir)}: a server that is to take this token must use the same MCTL_DATA_DIR.\n`;
}
