import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import type { Part, parts } from './parts';

const BUNDLE = join(__dirname, 'bundle', 'mctl.js');

interface Parts {
  readonly parts: typeof parts;
}
type Wrapper = (require: NodeJS.Require, file: string, folder: string) => Parts;

/** Runs one of the programs: out of the bundle where the build made one, else module by module, which takes twice as long. */
export async function launch(part: Part): Promise<void> {
  const { parts } = existsSync(BUNDLE) ? openBundle().exports : await import('./parts.js');
  const { run } = await parts[part]();
  await run();
}

/** Takes the bundle with what V8 compiled of it at the build, where that was for this version, these flags and this processor. */
export function openBundle(): { script: Script; exports: Parts } {
  const compiled = compiledFile();
  const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
  const script = new Script(readFileSync(BUNDLE, 'utf8'), { filename: BUNDLE, cachedData });
  const wrapper = script.runInThisContext() as Wrapper;
  return { script, exports: wrapper(createRequire(BUNDLE), BUNDLE, dirname(BUNDLE)) };
}

/** Where the build leaves what this Node, as it was started, can use. */
export function compiledFile(): string {
  return join(dirname(BUNDLE), `${cachedDataVersionTag()}.compiled`);
}
