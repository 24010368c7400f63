import { LocalIssuer } from '../platform/auth/local-issuer';
import { loadConfig, parseDuration } from '../platform/config';
import { InvalidInput } from '../platform/errors';
import { Keys } from '../platform/keys';
import { UsageError } from './exit';

/** Prints a token and nothing else. Needs the key file only, so it works beside a running server and before the first one. */
export async function signToken({ user, ttl }: { user: string; ttl: string }): Promise<void> {
  const milliseconds = parseDuration(ttl);
  if (milliseconds === undefined) throw new UsageError('--ttl is not a duration such as 30m, 1h or 7d.');
  const config = loadConfig();
  const issuer = new LocalIssuer(Keys.open(config.dataDir), config);
  try {
    process.stdout.write(`${await issuer.sign(user, milliseconds)}\n`);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new UsageError(
      `--${error.details.field ?? 'user'}: ${error.message} It must be ${error.details.expected ?? ''}.`,
    );
  }
}
