import { judgeClock } from './clock-check';
import { judgeFileSystem, judgeSpace, sizeText } from './disk-checks';
import { inodesIn } from './port-owner';

const MIB = 1024 * 1024;

describe(judgeSpace, () => {
  it.each([
    ['plenty', 5_000 * MIB, 1_000_000, 'ok'],
    ['few bytes', 1_000 * MIB, 1_000_000, 'warning'],
    ['hardly any bytes', 99 * MIB, 1_000_000, 'failed'],
    ['few inodes', 5_000 * MIB, 19_999, 'warning'],
    ['hardly any inodes', 5_000 * MIB, 999, 'failed'],
    ['inodes that nobody counts', 5_000 * MIB, undefined, 'ok'],
  ])('%s', (_, freeBytes, freeInodes, status) => {
    expect(judgeSpace({ freeBytes, freeInodes, type: 0 }).status).toBe(status);
  });

  it.each([
    [1, '1 KiB'],
    [1.5 * MIB, '1.5 MiB'],
    [2048 * MIB, '2.0 GiB'],
  ])('writes %d bytes as %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
});

describe(judgeFileSystem, () => {
  it.each([
    ['ext4', 0xef53, 'ok'],
    ['overlayfs', 0x794c7630, 'ok'],
    ['NFS', 0x6969, 'failed'],
    ['CIFS', 0xff534d42, 'failed'],
    ['CIFS with its sign', 0xff534d42 | 0, 'failed'],
    ['FUSE', 0x65735546, 'warning'],
    ['tmpfs', 0x01021994, 'warning'],
  ])('%s', (_, type, status) => expect(judgeFileSystem(type).status).toBe(status));
});

describe(judgeClock, () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const at = (seconds: number): number => now + seconds * 1_000;

  it.each([
    ['nothing to compare with', {}, 'ok', 'nothing to compare'],
    ['an older commit', { newestCommit: at(-60) }, 'ok', 'after the newest commit'],
    ['a commit a moment ahead', { newestCommit: at(20) }, 'ok', 'after'],
    ['a commit from tomorrow', { newestCommit: at(86_400) }, 'failed', '24 h behind'],
    [
      'a commit from tomorrow, and a remote that agrees',
      { newestCommit: at(86_400), remote: at(1) },
      'warning',
      'right',
    ],
    ['a remote that agrees', { remote: at(-20) }, 'ok', 'as on the remote'],
    ['a remote a minute ahead', { remote: at(60) }, 'warning', '60 s behind'],
    ['a remote an hour back', { remote: at(-3_600) }, 'failed', '60 min ahead of'],
  ])('%s', (_, facts, status, words) => {
    expect(judgeClock({ now, ...facts })).toMatchObject({ status, found: expect.stringContaining(words) });
  });
});

describe(inodesIn, () => {
  const line = (address: string, state: string, inode: number): string =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0`;
  const TABLE = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    line('0100007F:1F90', '0A', 11),
    line('0100007F:1F91', '0A', 12),
    line('0100007F:1F90', '01', 13),
    line('00000000000000000000000001000000:1F90', '0A', 14),
  ].join('\n');

  it('finds those that listen on the port, and no connections', () => {
    expect(inodesIn(TABLE, 8080)).toEqual(['11', '14']);
    expect(inodesIn(TABLE, 80)).toEqual([]);
    expect(inodesIn('', 8080)).toEqual([]);
  });
});
