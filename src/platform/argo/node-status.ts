import { gunzipSync } from 'node:zlib';

/** Of what Argo packs; an object has 1.5 MiB at most, of which a Workflow of ours needs some KiB. */
const MOST_BYTES = 8 * 1024 * 1024;
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

export type NodeStatus = { readonly nodes: Readonly<Record<string, unknown>> } | { readonly problem: string };

/**
 * Nodes that the controller has packed because they were many: base64 of gzip, or of zstd or brotli where it is set up so (Argo 4).
 * @returns the problem in words where they cannot be read; nothing is guessed.
 */
export function unpackNodes(packed: string): NodeStatus {
  const bytes = Buffer.from(packed, 'base64');
  if (bytes.subarray(0, 4).equals(ZSTD)) return { problem: 'it is packed with zstd, which MCTL does not read' };
  if (!bytes.subarray(0, 2).equals(GZIP)) {
    return { problem: 'it is packed in a way that MCTL does not read (brotli, perhaps); gzip is what it reads' };
  }
  try {
    const nodes: unknown = JSON.parse(gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString('utf8'));
    if (typeof nodes === 'object' && nodes !== null && !Array.isArray(nodes)) return { nodes: { ...nodes } };
    return { problem: 'it is no map of nodes' };
  } catch (error) {
    const isTooLong = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    return { problem: isTooLong ? `it is longer than ${MOST_BYTES} bytes when unpacked` : 'it is damaged' };
  }
}
