import { TestPostgres } from './test-postgres';

/** Of the one that was started for all specs of the jest project `postgres`. */
interface Shared {
  mctlTestPostgres?: TestPostgres;
}

/** Starts it before the first spec. */
module.exports = async (): Promise<void> => {
  const server = await TestPostgres.start();
  // Not MCTL_…: workers of other projects inherit it, and MCTL refuses settings that it does not know.
  process.env.TEST_POSTGRES_URL = server.url();
  (globalThis as Shared).mctlTestPostgres = server;
};
