import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { log } from '../platform/logging';
import { OperationStore } from '../platform/operations/operation-store';
import { Workflows } from '../platform/workflows';
import { EXIT } from './exit';

/** Ctrl-C under npm arrives twice: from the terminal, and handed on by npm. */
const SAME_KEY_PRESS_MS = 800;
/** Longest wait for operations that were accepted; a part of what Kubernetes must give a pod to end (deploy/helm/mctl). */
export const DRAIN_LIMIT_MS = 20_000;
/** For answers on their way when the last operation has ended. */
export const GOODBYE_MS = 2_000;
const LOOK_EVERY_MS = 50;

/** The first signal stops in order, a second one at once. Answers a signal that is aborted from the first on. */
export function stopOnSignals(stop: () => Promise<void>): AbortSignal {
  const stopping = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    if (first === undefined) {
      first = Date.now();
      stopping.abort();
      void stop().then(() => process.exit(EXIT.ok), dieOf);
    } else if (Date.now() - first > SAME_KEY_PRESS_MS) process.exit(EXIT.interrupted);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stopping.signal;
}

/** Whatever nobody handled leaves this process in an unknown state: it is logged once, and the next start recovers. */
export function dieOnUncaughtErrors(): void {
  process.once('uncaughtException', dieOf);
  process.once('unhandledRejection', dieOf);
}

function dieOf(error: unknown): void {
  log.fatal({ err: error }, 'an error that nobody handled; the process ends');
  process.exit(EXIT.fault);
}

/**
 * Accepts no more connections, lets what was accepted come to its end and be answered, then closes. What has to wait, e.g. for a
 * remote that is away, stays in the queue for the next start.
 */
export async function drain(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  let isClosed = false;
  server.close(() => (isClosed = true));
  // What another engine carries out goes on without this process.
  if (app.get(Workflows).engine === 'embedded') {
    await until(async () => (await app.get(OperationStore).due(new Date(), 1)).length === 0, DRAIN_LIMIT_MS);
  }
  await until(() => {
    server.closeIdleConnections();
    return Promise.resolve(isClosed);
  }, GOODBYE_MS);
  await app.close();
}

async function until(isDone: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await isDone()) && Date.now() < end) await sleep(LOOK_EVERY_MS);
}
