import { TestPostgres } from './test-postgres';

/** Of the one that was started for all specs of the jest project `postgres`. */
interface Shared {
  mctlTestPostgres?: TestPostgres;
}

/** Starts it before the first spec. */
module.exports = async (): Promise<void> => {
  const server = await TestPostgres.start();
  process.env.MCTL_TEST_POSTGRES = server.url();
  (globalThis as Shared).mctlTestPostgres = server;
};
