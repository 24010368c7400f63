import { readFile } from 'node:fs/promises';
import { MetricsUnavailable } from './metrics-unavailable';

/**
 * The bearer token in a file; read at every use, so that it can be rotated.
 * @throws MetricsUnavailable when the file is missing, empty or holds more than one word. What it holds is never told.
 */
export async function readToken(path: string): Promise<string> {
  const token = await readFile(path, 'utf8').then(
    (text) => text.trim(),
    (cause: unknown) => {
      throw new MetricsUnavailable('the file that MCTL_PROMETHEUS_TOKEN_FILE names cannot be read', { cause });
    },
  );
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new MetricsUnavailable('the file that MCTL_PROMETHEUS_TOKEN_FILE names does not hold one token');
}
