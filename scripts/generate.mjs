import { existsSync } from 'node:fs';
import { at } from './lib/paths.mjs';
import { foreground, say } from './lib/process.mjs';
import { ensureReady } from './lib/ready.mjs';

await ensureReady();
const program = at('dist/generate.js');
if (existsSync(program)) process.exitCode = await foreground(process.execPath, [program, ...process.argv.slice(2)]);
else say('nothing to generate: there is no src/generate.ts');
