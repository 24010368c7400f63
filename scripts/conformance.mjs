import { conformance } from '../test/conformance/run.mjs';
import { fail } from './lib/process.mjs';
import { ensureReady } from './lib/ready.mjs';

await ensureReady();
const { lines, problems } = await conformance();
console.log(lines.join('\n'));
if (problems.length > 0) fail(`\n${problems.join('\n')}`);
