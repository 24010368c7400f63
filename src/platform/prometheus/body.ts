import { MetricsUnavailable } from './metrics-unavailable';

/** Far more than any of our queries answers. */
const MOST_BYTES = 8 * 1024 * 1024;

/** @throws MetricsUnavailable where a body is longer than anything we asked for. */
export async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new MetricsUnavailable(`its answer is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
