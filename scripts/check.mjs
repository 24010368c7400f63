import { ensureInstall } from './lib/install.mjs';
import { PARTS, runParts } from './lib/parts.mjs';
import { fail, seconds } from './lib/process.mjs';
import { requireGit, requireNode } from './lib/requirements.mjs';

requireNode();
requireGit();
await ensureInstall();

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) fail(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);

const started = performance.now();
const failed = await runParts(asked.length > 0 ? asked : Object.keys(PARTS));
console.log(`\n${failed.length === 0 ? 'all good' : `failed: ${failed.join(', ')}`} (${seconds(started)})`);
process.exitCode = failed.length === 0 ? 0 : 1;
