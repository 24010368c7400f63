import { TestPostgres } from './test-postgres';

/** Starts one PostgreSQL for all specs of the jest project `postgres`, and ends it after the last. */
export default async function start(): Promise<void> {
  const server = await TestPostgres.start();
  process.env.MCTL_TEST_POSTGRES = server.url();
  Object.assign(globalThis, { mctlTestPostgres: server });
}

export async function stop(): Promise<void> {
  const { mctlTestPostgres: server } = globalThis as { mctlTestPostgres?: TestPostgres };
  await server?.dispose();
}
