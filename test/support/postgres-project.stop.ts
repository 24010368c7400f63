import type { TestPostgres } from './test-postgres';

/** Ends, after the last spec, what `postgres-project.ts` has started. */
module.exports = async (): Promise<void> => {
  const { mctlTestPostgres: server } = globalThis as { mctlTestPostgres?: TestPostgres };
  await server?.dispose();
};
