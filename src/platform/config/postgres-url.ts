import { z } from 'zod';

/** Why this is no URL that MCTL can sign in to PostgreSQL with; undefined where it is one. Never repeats any part of it. */
export function postgresUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !PROTOCOLS.includes(url.protocol) || url.hostname === '' || url.username === '') {
    return 'must have the form postgresql://{user}:{password}@{host}:{port}/{database}?sslmode=verify-full';
  }
  const mode = url.searchParams.get('sslmode');
  if (mode === null || SSL_MODES.includes(mode)) return undefined;
  return `must have one of these as sslmode: ${SSL_MODES.join(', ')}`;
}

const PROTOCOLS = ['postgres:', 'postgresql:'];
/** Those of libpq that say for certain whether the connection is encrypted: `allow` and `prefer` leave it to the server. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

export const postgresUrl = z.string().transform((value, context) => {
  const problem = value === '' ? undefined : postgresUrlProblem(value);
  if (problem !== undefined) context.addIssue(problem);
  return value || undefined;
});
