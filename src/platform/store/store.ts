import type { ExpressionBuilder, Kysely, Transaction } from 'kysely';
import { transactionRetries, transactionSeconds } from '../metrics/instruments';
import { tracedInside } from '../tracing';
import { presentCondition } from './condition';
import { openEmbeddedStore } from './embedded-store';
import { Signals } from './signals';
import { openSharedStore, type Shared, type SharedStoreOptions } from './shared-store';
import { isToBeRepeated } from './store-faults';
import type { Tables } from './tables';

export type Database = Kysely<Tables>;
export type StoreTransaction = Transaction<Tables>;
/** Builds conditions on the rows of one table. */
export type RowExpression<Table extends keyof Tables> = ExpressionBuilder<Tables, Table>;

/** Where the two kinds of store differ. */
export interface StoreEngine {
  /** What comes first in every transaction. */
  begin(transaction: StoreTransaction): Promise<void>;
  /** The error of ours for one of the driver's that is the store's own trouble; any other one as it is. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
  /** Only of a store that several processes share. */
  readonly shared?: Shared;
}

/** A transaction that PostgreSQL gave up is done again so often in all. */
const TRIES = 4;

/**
 * What MCTL remembers: the queue, the audit chain and an index of commits. What it holds about commits can be rebuilt from git. In a
 * file of this process alone, or in a PostgreSQL database that several replicas share (ADR 24).
 */
export class Store {
  /** Tells waiting calls and queues, here and on other replicas, that something has changed. */
  readonly signals: Signals;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly db: Database,
    private readonly engine: StoreEngine,
  ) {
    this.signals = engine.shared?.signals ?? new Signals();
  }

  /**
   * Opens the embedded store of the folder, or the shared one where one is named; creates and migrates it where needed.
   * @throws StoreInUse when another process holds the embedded one; StoreDamaged; Unavailable where PostgreSQL does not answer.
   */
  static async open(dataDir: string, shared?: SharedStoreOptions): Promise<Store> {
    const { db, engine } = await (shared ? openSharedStore(shared) : openEmbeddedStore(dataDir));
    return new Store(db, engine);
  }

  /** Undefined where this process has the store for itself. */
  get shared(): Shared | undefined {
    return this.engine.shared;
  }

  /**
   * Runs `work` in one transaction, while no other transaction of any process runs. It may run more than once.
   * @throws Unavailable where the store cannot write, e.g. a full disk, a server that is gone; LeadershipLost where `work` is the
   * leader's and another process leads by now. Then nothing of `work` has happened, unless the connection broke over the very end.
   */
  transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    // Waits here rather than in the database: transactions that wait for one another would hold all connections.
    const mine = this.last.then(() => this.attempt(work, TRIES));
    this.last = mine.catch(() => undefined);
    return observed(mine);
  }

  async close(): Promise<void> {
    await this.last;
    await this.engine.close();
  }

  private async attempt<T>(work: (transaction: StoreTransaction) => Promise<T>, tries: number): Promise<T> {
    try {
      return await this.db.transaction().execute(async (transaction) => {
        await this.engine.begin(transaction);
        await presentCondition()?.(transaction);
        return work(transaction);
      });
    } catch (error) {
      if (tries > 1 && isToBeRepeated(error)) {
        transactionRetries.inc();
        return this.attempt(work, tries - 1);
      }
      throw this.engine.explain(error);
    }
  }
}

/** The wait for the transactions before is a part of it: that is what a caller feels. */
async function observed<T>(transaction: Promise<T>): Promise<T> {
  const stop = transactionSeconds.startTimer();
  let outcome = 'rolled_back';
  try {
    const result = await tracedInside({ name: 'store.transaction', kind: 'client' }, () => transaction);
    outcome = 'committed';
    return result;
  } finally {
    stop({ outcome });
  }
}
