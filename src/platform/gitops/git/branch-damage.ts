import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GitError } from './git-error';

/**
 * Tells a branch that never was from one that a power cut or a hand has broken: its file is there and names nothing, or only its
 * reflog is left.
 * @returns `corrupt` with the file and the last id that the reflog has; undefined where the branch never was.
 */
export async function damageOfBranch(gitDir: string, ref: string): Promise<GitError | undefined> {
  const [loose, packed, log] = await Promise.all(
    [ref, 'packed-refs', `logs/${ref}`].map((name) => textOf(join(gitDir, name))),
  );
  const what = describe(loose, hasLine(packed, ref) ? 'packed-refs' : undefined, ref, basename(gitDir));
  const last = lastId(log);
  if (what === undefined && last === undefined) return undefined;
  return new GitError({
    command: 'cat-file',
    kind: 'corrupt',
    stderr: `fatal: bad ref ${ref}`,
    damage: {
      what: `It is the embedded one: ${what ?? `${basename(gitDir)}/${ref} is gone`}.`,
      fix: `Stop MCTL and restore ${basename(gitDir)} below MCTL_DATA_DIR from a backup, or put the branch back with git update-ref: ${
        last === undefined ? 'its reflog is gone, too' : `logs/${ref} ends with ${last}`
      }. Check with git fsck.`,
    },
  });
}

function describe(
  loose: string | undefined,
  packed: string | undefined,
  ref: string,
  name: string,
): string | undefined {
  const file = loose === undefined ? packed : ref;
  if (file === undefined) return undefined;
  const id = loose?.trim();
  if (id === '') return `${name}/${file} is empty`;
  return id === undefined || /^[0-9a-f]{40,64}$/.test(id)
    ? `${name}/${file} names a commit that is missing or cannot be read`
    : `${name}/${file} holds no commit id`;
}

function hasLine(packed: string | undefined, ref: string): boolean {
  return packed?.split('\n').some((line) => line.endsWith(` ${ref}`)) ?? false;
}

/** A line of a reflog: old id, new id, who, when. */
function lastId(log: string | undefined): string | undefined {
  const ids = log?.split('\n').map((line) => /^[0-9a-f]{40,64} ([0-9a-f]{40,64}) /.exec(line)?.[1]);
  return ids?.findLast((id) => id !== undefined && !/^0+$/.test(id));
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
