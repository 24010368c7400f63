/** Bytes that arrived in chunks and leave as lines and counted blocks, each copied at most once. */
export class ByteQueue {
  private chunks: Buffer[] = [];
  private bytes = 0;

  get length(): number {
    return this.bytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  clear(): void {
    this.chunks = [];
    this.bytes = 0;
  }

  /** The next line without its newline; undefined (and nothing consumed) while it is incomplete. */
  takeLine(): string | undefined {
    let before = 0;
    for (const chunk of this.chunks) {
      const end = chunk.indexOf(0x0a);
      if (end >= 0) return this.take(before + end + 1).toString('utf8', 0, before + end);
      before += chunk.length;
    }
    return undefined;
  }

  /** Exactly `count` bytes; the caller has checked `length`. */
  take(count: number): Buffer {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const chunk = this.chunks[0];
      if (chunk === undefined) throw new RangeError('not that many bytes');
      const part = chunk.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      if (part.length === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(part.length);
    }
    this.bytes -= count;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }
}
