import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { log } from '../logging';
import { outgoing, traceHeaders } from '../tracing';
import { readVector, reasonOf, type Sample } from './answer';
import { readBody } from './body';
import { MetricsUnavailable } from './metrics-unavailable';
import { readToken } from './token-file';

/**
 * A server with Prometheus' query API: Prometheus itself, VictoriaMetrics, Thanos, Mimir. Only instant queries, each bounded in
 * time and size; redirects are not followed, the token is for the server that was configured. Certificates are checked as Node
 * does it: `NODE_EXTRA_CA_CERTS` adds an own authority.
 */
@Injectable()
export class Prometheus {
  private readonly url: string | undefined;
  private readonly tokenFile: string | undefined;
  private readonly timeoutMs: number;

  constructor(@Inject(Config) { values }: Pick<Config, 'values'>) {
    this.url = values.prometheusUrl;
    this.tokenFile = values.prometheusTokenFile;
    this.timeoutMs = values.prometheusTimeout;
  }

  get isConfigured(): boolean {
    return this.url !== undefined;
  }

  /**
   * Several queries about the same moment, all or none.
   * @param queries PromQL by a name of the caller's.
   * @throws MetricsUnavailable with the reason, also where no server is configured.
   */
  async queryAll<Name extends string>(
    queries: Readonly<Record<Name, string>>,
    at: Date,
  ): Promise<Record<Name, Sample[]>> {
    const names = Object.keys(queries) as Name[];
    try {
      const answers = await Promise.all(names.map((name) => this.query(queries[name], at)));
      return Object.fromEntries(names.map((name, index) => [name, answers[index]])) as Record<Name, Sample[]>;
    } catch (error) {
      if (error instanceof MetricsUnavailable) log.warn({ reason: error.message }, 'Prometheus cannot be asked');
      throw error;
    }
  }

  /** @throws MetricsUnavailable. */
  private async query(query: string, at: Date): Promise<Sample[]> {
    if (this.url === undefined) throw new MetricsUnavailable('MCTL_PROMETHEUS_URL is not set');
    const parameters = new URLSearchParams({
      query,
      time: String(at.getTime() / 1000),
      // The server gives up when nobody waits any more.
      timeout: `${this.timeoutMs}ms`,
    });
    const { status, text } = await this.get(`${this.url}/api/v1/query?${parameters}`);
    if (status < 200 || status > 299) throw new MetricsUnavailable(refusalOf(status, text));
    return readVector(text);
  }

  private get(url: string): Promise<{ status: number; text: string }> {
    return outgoing('prometheus', 'GET', async (answered) => {
      const answer = await this.fetch(url);
      answered(answer.status);
      return answer;
    });
  }

  private async fetch(url: string): Promise<{ status: number; text: string }> {
    const headers = {
      Accept: 'application/json',
      ...traceHeaders(),
      ...(this.tokenFile !== undefined && { Authorization: `Bearer ${await readToken(this.tokenFile)}` }),
    };
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const response = await fetch(url, { headers, signal, redirect: 'manual' });
      return { status: response.status, text: await readBody(response) };
    } catch (cause) {
      if (cause instanceof MetricsUnavailable) throw cause;
      const reason = signal.aborted ? `no answer within ${this.timeoutMs} ms` : `no connection (${codeOf(cause)})`;
      throw new MetricsUnavailable(reason, { cause });
    }
  }
}

function refusalOf(status: number, text: string): string {
  if (status === 401 || status === 403) return `it refuses us (${status}): see MCTL_PROMETHEUS_TOKEN_FILE`;
  if (status >= 300 && status < 400) return `it redirects (${status}), which is not followed`;
  const reason = reasonOf(text);
  return `it answered ${status}${reason === undefined ? '' : ` (${reason})`}`;
}

/** Node's word for what went wrong, e.g. ECONNREFUSED; never the message, which names addresses inside the network. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'broken off';
}
