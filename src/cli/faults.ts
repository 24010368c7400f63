import { ConfigError } from '../platform/config';
import { MctlError, type Problem } from '../platform/errors';
import { explainGitError, GitError, RefusedRemote } from '../platform/gitops';
import { isStoreDamage, StoreDamaged, StoreInUse } from '../platform/store';
import { UsageError } from './exit';
import { readServerFile } from './server-file';

/** What a person is told about a fault that we know; undefined for those that deserve a stack trace in the log. */
export function describeFault(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof UsageError) return error.message;
  if (error instanceof MctlError) return describeRefusal(error.message, error.details);
  if (error instanceof GitError) return describeFault(explainGitError(error));
  if (error instanceof RefusedRemote) return describeRefusal(error.message, { fix: 'Check MCTL_GITOPS_REMOTE.' });
  if (error instanceof StoreInUse) return describeStoreInUse(error);
  return isStoreDamage(error) ? describeDamage(error) : describeSystemFault(error);
}

/** Message first, then what is known about the cause and the way out, one line each. */
export function describeRefusal(message: string, details: Problem & { problems?: readonly Problem[] }): string {
  const { problems = [] } = details;
  const lines = problems.length > 1 ? problems.flatMap(problemLines) : problemLines(details);
  return [message, ...lines].join('\n');
}

function problemLines({ field, got, expected, allowed, fix }: Problem): string[] {
  const facts: [label: string, value: string | undefined][] = [
    ['field', field],
    ['got', got],
    ['expected', expected],
    ['allowed', allowed?.join(', ')],
    ['fix', fix],
  ];
  return facts.flatMap(([label, value]) => (value ? [`  ${`${label}:`.padEnd(10)}${value}`] : []));
}

function describeStoreInUse({ folder }: StoreInUse): string {
  const server = readServerFile(folder);
  const who = server ? ` (process ${server.pid}, ${server.url}, since ${server.startedAt})` : '';
  return [
    `Another MCTL${who} has the data folder ${folder} open, and two never share one.`,
    '  fix:      Stop the other one, or set MCTL_DATA_DIR to another folder.',
  ].join('\n');
}

/** The way back from a store that cannot be read. */
export const HOW_TO_REBUILD =
  'Stop MCTL and move mctl.db* elsewhere; then restore them from a backup, or run mctl audit rebuild before the start.';

/** Damage beyond the first pages shows after the store was opened, and then SQLite does not say in which file. */
function describeDamage(error: unknown): string {
  const file = error instanceof StoreDamaged ? error.file : 'mctl.db in the data folder';
  return describeRefusal(`The store ${file} is damaged or no store.`, { fix: HOW_TO_REBUILD });
}

const SYSTEM_FAULTS: Record<string, (error: NodeJS.ErrnoException & { port?: number }) => string> = {
  EADDRINUSE: ({ port }) =>
    `Port ${port ?? ''} is taken by another program.\n  fix:      Set PORT to another one, or PORT=0 for any that is free.`,
  EADDRNOTAVAIL: () => 'This machine does not have the address to listen on.\n  fix:      Check MCTL_HOST.',
  EACCES: ({ port, path }) =>
    port === undefined
      ? `${path ?? 'A file'} may not be used by this user.\n  fix:      Check the permissions of MCTL_DATA_DIR.`
      : `This user may not listen on port ${port}.\n  fix:      Set PORT to one above 1023.`,
  EPERM: ({ path }) =>
    `${path ?? 'A file'} may not be made or changed there.\n  fix:      Set MCTL_DATA_DIR to a folder of this user.`,
  EROFS: ({ path }) =>
    `${path ?? 'The data folder'} is read-only.\n  fix:      Set MCTL_DATA_DIR to a writable folder.`,
  ENOSPC: () => 'The disk is full.\n  fix:      Free space; nothing that was accepted is lost.',
  ENOTDIR: ({ path }) => `${path ?? 'The data folder'} is no folder.\n  fix:      Check MCTL_DATA_DIR.`,
};

function describeSystemFault(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return SYSTEM_FAULTS[code]?.(error as NodeJS.ErrnoException);
}
