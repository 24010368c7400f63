import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../logging';
import { type PostgresClient, storeClient } from '../postgres';

const CHANNEL = 'mctl';
const LISTEN = `LISTEN ${CHANNEL}`;
const AGAIN_MS = 1_000;

/**
 * A connection outside of the pool, for what must come through while all others are busy: the lease of the leader, and signals between
 * replicas (LISTEN and NOTIFY). It connects when it is first used, and again when it breaks.
 */
export class ControlConnection {
  private client: Promise<PostgresClient> | undefined;
  private listener: (signal: string) => void = () => undefined;
  private readonly closing = new AbortController();
  private isListening = false;
  /** The driver takes one statement of a connection at a time. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: { readonly url: string; readonly name: string }) {}

  onSignal(listener: (signal: string) => void): void {
    this.listener = listener;
  }

  /** From now on there is always a connection that listens; for commands that only look there is none. */
  listen(): void {
    this.isListening = true;
    void this.query(LISTEN).catch(() => undefined);
  }

  /** Best effort: who is not reached looks again by itself. */
  tell(signal: string): void {
    void this.query('select pg_notify($1, $2)', [CHANNEL, signal]).catch(() => undefined);
  }

  /** @throws whatever the driver says. */
  query<Row extends object>(statement: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const rows = this.last.then(async () => {
      const client = await this.connected();
      return (await client.query<Row>(statement, [...parameters])).rows;
    });
    this.last = rows.catch(() => undefined);
    return rows;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.client?.then(
      (client) => client.end(),
      () => undefined,
    );
  }

  private connected(): Promise<PostgresClient> {
    this.client ??= this.connect().catch((error: unknown) => {
      this.lost();
      throw error;
    });
    return this.client;
  }

  private async connect(): Promise<PostgresClient> {
    this.closing.signal.throwIfAborted();
    const client = storeClient({ ...this.options, name: `${this.options.name} control` });
    // Our own signals come back as well, and are known here.
    client.on('notification', ({ processId, payload = '' }) => {
      if (processId !== (client as { processID?: number }).processID) this.listener(payload);
    });
    try {
      await client.connect();
      if (this.isListening) await client.query(LISTEN);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.once('end', () => this.lost());
    return client;
  }

  private lost(): void {
    this.client = undefined;
    if (this.isListening) void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    await sleep(AGAIN_MS, undefined, { ref: false });
    if (this.closing.signal.aborted) return;
    await this.connected().catch((error: unknown) => log.debug({ err: error }, 'the store is still away'));
  }
}
