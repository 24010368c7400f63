import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Run with the flags of a start: loads both programs without running them, and keeps what V8 compiled for that.
const { compiledFile, openBundle } = createRequire(import.meta.url)(join(process.argv[2], 'launch.js'));
const { script, exports } = openBundle();
for (const load of Object.values(exports.parts)) await load();
writeFileSync(compiledFile(), script.createCachedData());
process.exit();
