import { Client, Pool, type PoolClient, types } from 'pg';
import { clientConfig } from './connection';

const CONNECT_MS = 5_000;
/** Nothing that MCTL asks of its own store takes seconds. */
const STATEMENT_MS = 30_000;
/** Others wait at most so long for a replica that stopped in the middle of a transaction: then the server ends it. */
const IDLE_IN_TRANSACTION_MS = 10_000;
const LOCK_MS = 20_000;
const IDLE_MS = 30_000;
const INT8 = 20;

/** Counts and ids of ours are whole numbers far below 2^53; the driver would give them as text. */
const NUMBERS = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) =>
    oid === INT8 ? Number : (types.getTypeParser(oid, format) as (value: string) => unknown),
};

export interface PoolOptions {
  readonly url: string;
  readonly connections: number;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  /** The error of ours for one of the driver's, whoever meets it. */
  readonly explain: (error: unknown) => unknown;
}

/** What Kysely needs of a connection, and no more. */
export interface StoreClient {
  query(sql: string, parameters: readonly unknown[]): Promise<never>;
  release(): void;
}

/**
 * Connections to one database, each bounded: a server that does not answer, a lock that nobody gives free and a transaction whose
 * process was stopped all come to an end. A connection that breaks is replaced at the next use.
 */
export class StorePool {
  private readonly pool: Pool;

  /** @throws where a certificate that the URL names cannot be read. */
  constructor(private readonly options: PoolOptions) {
    this.pool = new Pool({ ...boundedConfig(options), max: options.connections, idleTimeoutMillis: IDLE_MS });
    // Of a connection that breaks while it is idle; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  async connect(): Promise<StoreClient> {
    const client = await this.explained(() => this.pool.connect());
    const onError = (): void => undefined;
    client.on('error', onError);
    return {
      query: (sql, parameters) => this.explained(() => client.query(sql, [...parameters])) as Promise<never>,
      release: () => {
        client.off('error', onError);
        client.release();
      },
    };
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  /** For a library that speaks to `pg` itself. */
  get raw(): Pool {
    return this.pool;
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.options.explain(error);
    }
  }
}

/** One connection outside of any pool, for what must not wait behind queries. */
export function storeClient(options: Omit<PoolOptions, 'connections' | 'explain'>): Client {
  const client = new Client(boundedConfig(options));
  client.on('error', () => undefined);
  return client;
}

function boundedConfig({ url, name }: Pick<PoolOptions, 'url' | 'name'>) {
  return {
    ...clientConfig(url),
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + CONNECT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    types: NUMBERS,
  };
}

export type { Client as PostgresClient, PoolClient };
