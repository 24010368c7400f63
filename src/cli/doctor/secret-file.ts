import { readFileSync, statSync } from 'node:fs';
import { failed, type Finding, ok, warning } from './check';
import { modeText, statOf } from './folder-facts';

/** Others must not read a secret, nor the group replace it. That the group reads it is how Kubernetes mounts secrets. */
export function judgeMode(file: string, found: string): Finding {
  const mode = statOf(file)?.mode ?? 0;
  const details = { file, mode: modeText(mode) };
  if ((mode & 0o027) === 0) return ok(found, { details });
  const fix = `chmod 600 ${file}`;
  return warning(`${found}, mode ${modeText(mode)}: others can read or replace it`, fix, { details });
}

/** Why this file of a setting gives nothing. */
export function unreadable(file: string, setting: string): Finding {
  // Of a folder that may not be entered nobody can tell what is in it.
  if (isAbsent(file)) return failed(`${file} is not there`, `Put the file there, or correct ${setting}.`);
  return failed(`${file} cannot be read by this user`, `Check ${setting} and the mode of the file.`);
}

/** Its text; undefined where it is not there or may not be read. */
export function readIfAllowed(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isAbsent(file: string): boolean {
  try {
    statSync(file);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
