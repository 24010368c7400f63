import type { ClientConfig } from 'pg';
import { type ConnectionOptions, parse } from 'pg-connection-string';

/** What a `postgresql://` URL says, with what libpq means by each `sslmode`. @throws where a certificate that it names cannot be read. */
export function readUrl(url: string): ConnectionOptions {
  return parse(url, { useLibpqCompat: true });
}

/** How to connect as a URL says. @throws like `readUrl`. */
export function clientConfig(url: string): ClientConfig {
  const { host, port, user, password, database, ssl, options } = readUrl(url);
  return {
    host: host ?? '',
    port: Number(port || 5432),
    user,
    password,
    database: database ?? undefined,
    ssl: (ssl ?? false) as ClientConfig['ssl'],
    ...(typeof options === 'string' && { options }),
    keepAlive: true,
  };
}
