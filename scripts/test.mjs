import { runTests } from './lib/tests.mjs';

process.exitCode = await runTests(process.argv.slice(2));
