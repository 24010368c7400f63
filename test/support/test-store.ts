import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { Store } from '../../src/platform/store';

/** Databases that were made by now, each for one folder. */
const made = new Set<string>();

/**
 * The store of a test's folder. In the jest project `postgres` it is a database of its own on the server that the project has started,
 * so that one spec shows the same of both stores.
 */
export async function openTestStore(folder: string): Promise<Store> {
  const server = process.env.TEST_STORE === 'postgres' ? process.env.TEST_POSTGRES_URL : undefined;
  if (server === undefined) return Store.open(folder);
  const database = `t_${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  if (!made.has(database)) await make(server, database);
  made.add(database);
  const url = new URL(server);
  url.pathname = `/${database}`;
  return Store.open(folder, { url: url.href, connections: 3, name: 'spec' });
}

/** With a collation of a language, where the server has one: MCTL must not depend on that of the database. */
async function make(server: string, database: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(
      `CREATE DATABASE ${client.escapeIdentifier(database)} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'`,
    );
  } finally {
    await client.end();
  }
}
