import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970 and value, oldest first. */
  readonly samples: readonly (readonly [at: number, value: number])[];
}

/** A real Prometheus of our own on a free loopback port, with a history that `promtool` wrote into its database. */
export class TestPrometheus {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(series: readonly Series[]): Promise<TestPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-prometheus-'));
    const [data, history, config] = [join(folder, 'data'), join(folder, 'history'), join(folder, 'config.yml')];
    mkdirSync(data);
    writeFileSync(history, openMetrics(series));
    writeFileSync(config, '');
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', history, data]);
    return TestPrometheus.run(folder, config, data);
  }

  /** One without a history that scrapes a server on this machine each second, as job `mctl`. @param target host:port. */
  static async scraping(target: string): Promise<TestPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-prometheus-'));
    const config = join(folder, 'config.yml');
    const scrape = { job_name: 'mctl', scrape_interval: '1s', static_configs: [{ targets: [target] }] };
    // JSON is YAML.
    writeFileSync(config, JSON.stringify({ scrape_configs: [scrape] }));
    return TestPrometheus.run(folder, config, join(folder, 'data'));
  }

  /** Values of an instant query, in the order of the answer. @throws Error with Prometheus' words where it refuses the query. */
  async query(query: string): Promise<number[]> {
    const response = await fetch(`${this.url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
    const { status, error, data } = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: { value: [number, string] }[] };
    };
    if (status !== 'success') throw new Error(`${query}: ${error ?? status}`);
    return data.result.map(({ value }) => Number(value[1]));
  }

  private static async run(folder: string, config: string, data: string): Promise<TestPrometheus> {
    const child = spawn(
      'prometheus',
      [`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--web.listen-address=127.0.0.1:0'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return new TestPrometheus(await readyAt(child), folder, child);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill();
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Its address, once it has its data and answers. */
async function readyAt({ stderr }: ChildProcess): Promise<string> {
  const log: string[] = [];
  let url: string | undefined;
  if (!stderr) throw new Error('Prometheus has no log.');
  // Not `for await`, which would close the pipe behind a program that goes on writing.
  return new Promise((ready, failed) => {
    createInterface({ input: stderr })
      .on('line', (line) => {
        log.push(line);
        url ??= /msg="Listening on" address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (url && line.includes('Server is ready')) ready(`http://${url}`);
      })
      .on('close', () => failed(new Error(`Prometheus ended before it was ready:\n${log.join('\n')}`)));
  });
}

/** The text format that `promtool` reads; the samples of one metric stand together. */
function openMetrics(series: readonly Series[]): string {
  const metrics = [...new Set(series.map(({ metric }) => metric))];
  const lines = metrics.flatMap((metric) =>
    series
      .filter((each) => each.metric === metric)
      .flatMap(({ labels, samples }) => {
        const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
        return samples.map(([at, value]) => `${metric}{${pairs.join(',')}} ${value} ${at}`);
      }),
  );
  return `${lines.join('\n')}\n# EOF\n`;
}
