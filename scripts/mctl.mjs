import { ensureReady } from './lib/ready.mjs';

await ensureReady();
await import('../dist/cli.js');
