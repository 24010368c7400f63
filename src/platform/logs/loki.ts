import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { log } from '../logging';
import { outgoing, traceHeaders } from '../tracing';
import { type LokiLine, readStreams, reasonOf } from './loki-answer';
import { LogsUnavailable } from './logs-unavailable';

/** Far more than 5,000 lines usually are. */
const MOST_BYTES = 32 * 1024 * 1024;

export interface LogRange {
  readonly from: Date;
  readonly to: Date;
  /** Most lines, the newest. Loki itself allows 5,000 (`max_entries_limit_per_query`). */
  readonly limit: number;
}

/**
 * A server with Loki's query API. Each query is bounded in time and size; redirects are not followed, token and tenant are for the server
 * that was configured and never from a caller.
 */
@Injectable()
export class Loki {
  private readonly values: Config['values'];

  constructor(@Inject(Config) { values }: Pick<Config, 'values'>) {
    this.values = values;
  }

  get isConfigured(): boolean {
    return this.values.lokiUrl !== undefined;
  }

  /** Lines newest first. @param query made by `logQuery`. @throws LogsUnavailable with the reason. */
  async lines(query: string, { from, to, limit }: LogRange): Promise<LokiLine[]> {
    const parameters = new URLSearchParams({
      query,
      start: nanoseconds(from),
      end: nanoseconds(to),
      limit: String(limit),
      direction: 'backward',
    });
    try {
      const { status, text } = await this.get(`${this.values.lokiUrl ?? ''}/loki/api/v1/query_range?${parameters}`);
      if (status < 200 || status > 299) throw new LogsUnavailable(refusalOf(status, text));
      return readStreams(text);
    } catch (error) {
      if (error instanceof LogsUnavailable) log.warn({ reason: error.message }, 'Loki cannot be asked');
      throw error;
    }
  }

  private get(url: string): Promise<{ status: number; text: string }> {
    return outgoing('loki', 'GET', async (answered) => {
      const answer = await this.fetch(url);
      answered(answer.status);
      return answer;
    });
  }

  private async fetch(url: string): Promise<{ status: number; text: string }> {
    const { lokiTokenFile, lokiTenant, lokiTimeout } = this.values;
    const headers = {
      Accept: 'application/json',
      ...traceHeaders(),
      ...(lokiTokenFile !== undefined && { Authorization: `Bearer ${await readToken(lokiTokenFile)}` }),
      ...(lokiTenant !== undefined && { 'X-Scope-OrgID': lokiTenant }),
    };
    const signal = AbortSignal.timeout(lokiTimeout);
    try {
      const response = await fetch(url, { headers, signal, redirect: 'manual' });
      return { status: response.status, text: await readBody(response) };
    } catch (cause) {
      if (cause instanceof LogsUnavailable) throw cause;
      const reason = signal.aborted ? `no answer within ${lokiTimeout} ms` : `no connection (${codeOf(cause)})`;
      throw new LogsUnavailable(reason, { cause });
    }
  }
}

function nanoseconds(moment: Date): string {
  return `${moment.getTime()}000000`;
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new LogsUnavailable(`its answer is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new LogsUnavailable('the file that MCTL_LOKI_TOKEN_FILE names cannot be read', { cause });
  });
  if (/^[\x21-\x7e]+$/.test(text.trim())) return text.trim();
  throw new LogsUnavailable('the file that MCTL_LOKI_TOKEN_FILE names does not hold one token');
}

function refusalOf(status: number, text: string): string {
  if (status === 401 || status === 403) {
    return `it refuses us (${status}): see MCTL_LOKI_TOKEN_FILE and MCTL_LOKI_TENANT`;
  }
  if (status >= 300 && status < 400) return `it redirects (${status}), which is not followed`;
  const reason = reasonOf(text);
  return `it answered ${status}${reason === '' ? '' : ` (${reason})`}`;
}

/** Node's word for what went wrong; never the message, which names addresses inside of the network. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'broken off';
}
