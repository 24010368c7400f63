import { fail } from './lib/process.mjs';
import { ensureReady } from './lib/ready.mjs';

await ensureReady();
// It needs packages, which may not have been there before.
const { conformance } = await import('../test/conformance/run.mjs');
const { lines, problems } = await conformance();
console.log(lines.join('\n'));
if (problems.length > 0) fail(`\n${problems.join('\n')}`);
