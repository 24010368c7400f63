import { ensureReady } from './lib/ready.mjs';

ensureReady();
await import('../dist/cli.js');
