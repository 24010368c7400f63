import { Client, type ClientConfig } from 'pg';
import { clientConfig } from './connection';
import type { Quoted } from './quoted';
import { badTls, serverFailure } from './server-failure';

const CONNECT_MS = 10_000;
/** Making a database copies a template; everything else takes milliseconds. */
const STATEMENT_MS = 60_000;

/** Where a server is. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * One connection as the administrator. Statements that take parameters get them as such; those that PostgreSQL does not prepare
 * (`CREATE ROLE` …) are put together here alone, of words of ours and of what the driver has quoted.
 */
export class Session {
  private constructor(
    private readonly client: Client,
    readonly address: Address,
  ) {}

  /**
   * @param database another one than the URL names.
   * @throws Conflict, Unavailable: see `serverFailure`.
   */
  static async open(url: string, database?: string): Promise<Session> {
    const config = read(url);
    const address = { host: config.host ?? '', port: config.port ?? 5432 };
    const client = new Client({
      ...config,
      database: database ?? config.database,
      application_name: 'mctl',
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: STATEMENT_MS + CONNECT_MS,
    });
    // A connection that breaks while nobody waits for it would end the process otherwise; the next statement finds out.
    client.on('error', () => undefined);
    await guarded(() => client.connect());
    return new Session(client, address);
  }

  /** Rows of a statement with parameters `$1` … */
  async rows<Row extends object>(statement: string, ...parameters: readonly unknown[]): Promise<Row[]> {
    const { rows } = await guarded(() => this.client.query<Row>(statement, [...parameters]));
    return rows;
  }

  /** A statement of ours with names and texts in it, e.g. ``run`CREATE DATABASE ${id(name)}` ``. */
  async run(words: TemplateStringsArray, ...quoted: readonly Quoted[]): Promise<void> {
    const statement = words.map((word, index) => word + (quoted[index]?.sql ?? '')).join('');
    await guarded(() => this.client.query(statement));
  }

  /** All of it or nothing. */
  async transaction(work: () => Promise<void>): Promise<void> {
    await this.run`BEGIN`;
    try {
      await work();
      await this.run`COMMIT`;
    } catch (error) {
      // Of a connection that is gone nothing needs to be taken back.
      await this.run`ROLLBACK`.catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

/** @throws Conflict where a certificate that the URL names cannot be read. */
function read(url: string): ClientConfig {
  try {
    return clientConfig(url);
  } catch (cause) {
    throw badTls(cause);
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw serverFailure(error);
  }
}
