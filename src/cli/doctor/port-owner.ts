import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface PortOwner {
  readonly pid: number;
  /** The program's name without its arguments, which may hold anything. */
  readonly command: string;
}

/** State of a listening socket in /proc/net/tcp, see proc_net_tcp in the kernel's documentation. */
const LISTENING = '0A';

/** Which process listens on a TCP port; undefined where the system does not tell this user (or is not Linux). */
export function ownerOfPort(port: number): PortOwner | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => inodesIn(readText(table), port)));
  if (sockets.size === 0) return undefined;
  const pid = names('/proc').find((name) => /^\d+$/.test(name) && holdsAny(name, sockets));
  return pid === undefined ? undefined : { pid: Number(pid), command: readText(join('/proc', pid, 'comm')).trim() };
}

/** Inodes of the sockets that listen on the port: columns are number, local address, remote address, state, …, inode. */
export function inodesIn(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const isIt = columns[1]?.endsWith(suffix) && columns[3] === LISTENING;
    return isIt && columns[9] !== undefined ? [columns[9]] : [];
  });
}

function holdsAny(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = join('/proc', pid, 'fd');
  return names(folder).some((name) => sockets.has(/^socket:\[(\d+)\]$/.exec(linkAt(join(folder, name)))?.[1] ?? ''));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
