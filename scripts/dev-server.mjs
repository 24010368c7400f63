import { ensureReady } from './lib/ready.mjs';

// Without the bundle: whoever waits for a change to show waits for the build as well.
await ensureReady({ isBundled: false });
await import('../dist/main.js');
