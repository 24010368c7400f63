import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DEFLATED = 8;

type Entry = { method: number; compressedSize: number; headerOffset: number };

/** One file out of a zip archive: all that is needed here, without a dependency for it. */
export function readZipEntry(archive: Buffer, name: string): Buffer {
  const { method, compressedSize, headerOffset } = findEntry(archive, name);
  // The local header repeats the name, and may carry other extras than the directory does: its own lengths count.
  const start = headerOffset + 30 + archive.readUInt16LE(headerOffset + 26) + archive.readUInt16LE(headerOffset + 28);
  const data = archive.subarray(start, start + compressedSize);
  return method === DEFLATED ? inflateRawSync(data) : data;
}

function findEntry(archive: Buffer, name: string): Entry {
  const end = archive.lastIndexOf(uint32(END_OF_DIRECTORY));
  if (end < 0) throw new Error('not a zip archive');
  let at = archive.readUInt32LE(end + 16);
  while (archive.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      return {
        method: archive.readUInt16LE(at + 10),
        compressedSize: archive.readUInt32LE(at + 20),
        headerOffset: archive.readUInt32LE(at + 42),
      };
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`no ${name} in the archive`);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
