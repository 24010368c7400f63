import type { Server } from 'node:http';
import type { Config } from '../config';

/** Slowest client that is served: headers within 15 s, the whole request within 30 s. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for clients that are slower; its own 30 s would triple the limits. */
const LOOK_EVERY_MS = 5_000;
/** Longer than proxies keep an idle connection (60 s mostly), or they would send requests into one that is closing. */
const KEEP_ALIVE_MS = 65_000;
/** A connection on which nothing moves, e.g. whose client does not read its answer; calls wait 25 s at most, streams ping. */
const IDLE_MS = 120_000;

/** What a connection may cost. Node's own limit of 16 KiB for all headers of a request stays. */
export function limitConnections(server: Server, { values }: Config): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = IDLE_MS;
  server.maxConnections = values.maxConnections;
  // Node reads this one when it begins to listen (`setupConnectionsTracking`); its types know the option of createServer only.
  (server as Server & { connectionsCheckingInterval: number }).connectionsCheckingInterval = LOOK_EVERY_MS;
}
