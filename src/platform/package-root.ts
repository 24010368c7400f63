import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder with package.json, charts and seed: two up from `src/platform` and from `dist/platform` alike. */
export const packageRoot = resolve(__dirname, '../..');

export const packageVersion = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version;
