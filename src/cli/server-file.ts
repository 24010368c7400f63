import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const serverFacts = z.object({ pid: z.int().positive(), url: z.url(), startedAt: z.string() });

/** Where the server of a data folder is found by commands beside it. */
export type ServerFacts = z.infer<typeof serverFacts>;

const HEALTH_TIMEOUT_MS = 2_000;

const fileIn = (dataDir: string): string => join(dataDir, 'server.json');

export function writeServerFile(dataDir: string, url: string): void {
  const facts: ServerFacts = { pid: process.pid, url, startedAt: new Date().toISOString() };
  const draft = `${fileIn(dataDir)}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(facts)}\n`, { mode: 0o600 });
  renameSync(draft, fileIn(dataDir));
}

/** Removes our own; whatever another process wrote there stays. */
export function removeServerFile(dataDir: string): void {
  if (readServerFile(dataDir)?.pid === process.pid) rmSync(fileIn(dataDir), { force: true });
}

/** What the last server left there. It may be dead: see `findServer`. */
export function readServerFile(dataDir: string): ServerFacts | undefined {
  try {
    return serverFacts.parse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** The server that runs on this data folder: its process lives and answers. */
export async function findServer(dataDir: string): Promise<ServerFacts | undefined> {
  const facts = readServerFile(dataDir);
  return facts && isAlive(facts.pid) && (await isHealthy(facts.url)) ? facts : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/healthz', url), {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
      redirect: 'error',
    });
    return response.ok && JSON.stringify(await response.json()) === '{"status":"ok"}';
  } catch {
    return false;
  }
}
