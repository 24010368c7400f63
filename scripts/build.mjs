import { build } from './lib/build.mjs';
import { ensureInstall } from './lib/install.mjs';
import { requireNode } from './lib/requirements.mjs';

requireNode();
await ensureInstall();
await build();
