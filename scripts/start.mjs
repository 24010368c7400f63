import { ensureReady } from './lib/ready.mjs';

await ensureReady();
// In this very process: Ctrl-C and a supervisor's signals reach the server, and nothing stands between.
await import('../dist/main.js');
