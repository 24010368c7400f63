import { type Check, failed, type Finding, ok, skipped, warning } from './check';
import { nearestExisting, type Space, spaceAt } from './folder-facts';

const LIMIT_MS = 5_000;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** A fetch, a push and SQLite's log need tens of MiB; below this the next write may be the one that fails. */
const TOO_FEW_BYTES = 100 * MIB;
const FEW_BYTES = GIB;
/** A single commit is about seven files. */
const TOO_FEW_INODES = 1_000;
const FEW_INODES = 20_000;

/** Whether the disk under the data folder has room: bytes and inodes run out one without the other. */
export const diskSpaceCheck: Check = {
  name: 'disk space',
  settings: ['MCTL_DATA_DIR'],
  limitMs: LIMIT_MS,
  run: ({ config: { dataDir } }) => judgeSpace(spaceAt(nearestExisting(dataDir))),
};

export function judgeSpace({ freeBytes, freeInodes }: Space): Finding {
  const found = `${sizeText(freeBytes)} free, ${freeInodes === undefined ? 'inodes not counted' : `${freeInodes} inodes`}`;
  const inodes = freeInodes ?? Infinity;
  const more = { details: { free_bytes: freeBytes, free_inodes: freeInodes ?? null } };
  const fix = 'Free space, or move the data folder to a larger disk (MCTL_DATA_DIR).';
  if (freeBytes < TOO_FEW_BYTES || inodes < TOO_FEW_INODES) return failed(found, fix, more);
  return freeBytes < FEW_BYTES || inodes < FEW_INODES ? warning(found, fix, more) : ok(found, more);
}

export function sizeText(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`;
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

/** File systems that reach over a network, by `f_type`: linux/magic.h, statfs(2). */
const NETWORK: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x73757245: 'Coda',
  0x01161970: 'GFS2',
  0x7461636f: 'OCFS2',
};
/** Those that may or may not: what is behind them is up to whoever mounted them. */
const OPAQUE: Readonly<Record<number, string>> = {
  0x65735546: 'FUSE',
  0x01021997: '9p',
  0x786f4256: 'a VirtualBox share',
};
const IN_MEMORY: Readonly<Record<number, string>> = { 0x01021994: 'tmpfs', 0x858458f6: 'ramfs' };

/** SQLite relies on file locks, and many network file systems only pretend to have them (sqlite.org/lockingv3.html, 6.0). */
export const fileSystemCheck: Check = {
  name: 'file system',
  settings: ['MCTL_DATA_DIR'],
  limitMs: LIMIT_MS,
  run: ({ config: { dataDir } }) =>
    process.platform === 'linux'
      ? judgeFileSystem(spaceAt(nearestExisting(dataDir)).type)
      : skipped('its kind can be told on Linux only'),
};

export function judgeFileSystem(type: number): Finding {
  const local = 'Put the data folder (MCTL_DATA_DIR) on a disk of this machine, or a block volume.';
  // Some platforms hand the number over with its sign.
  const magic = type >>> 0;
  const details = { type: `0x${magic.toString(16)}` };
  const [network, opaque, memory] = [NETWORK[magic], OPAQUE[magic], IN_MEMORY[magic]];
  if (network) {
    return failed(`${network}: locks over a network cannot be trusted, and the store may be damaged`, local, {
      details,
    });
  }
  if (opaque) {
    return warning(`${opaque}: whether its locks can be trusted depends on what is behind it`, local, { details });
  }
  if (memory) return warning(`${memory}: everything in it is gone after a restart of the machine`, local, { details });
  return ok('local', { details });
}
