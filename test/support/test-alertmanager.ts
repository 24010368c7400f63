import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface AlertmanagerOptions {
  /** Where it sends what fires, and what no longer does. */
  readonly webhook: string;
  readonly secretFile: string;
  /** Most alerts in one delivery; 0 = all. */
  readonly maxAlerts?: number;
}

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  /** In the past = it is over. */
  readonly endsAt?: string;
}

/** A real Alertmanager of our own on a free loopback port that sends everything, and again every second while it fires. */
export class TestAlertmanager {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(options: AlertmanagerOptions): Promise<TestAlertmanager> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-alertmanager-'));
    const config = join(folder, 'config.yml');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify(configOf(options)));
    const child = spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${config}`,
        `--storage.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
        '--cluster.listen-address=',
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return new TestAlertmanager(await readyAt(child), folder, child);
  }

  /** As Prometheus does it. */
  async post(...alerts: readonly PostedAlert[]): Promise<void> {
    const response = await fetch(new URL('/api/v2/alerts', this.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`Alertmanager refused: ${await response.text()}`);
  }

  /** Deliveries that it has given up or is still trying, by its own count. */
  async failedDeliveries(): Promise<number> {
    const text = await (await fetch(new URL('/metrics', this.url))).text();
    const [, count = '0'] =
      /^alertmanager_notification_requests_failed_total\{integration="webhook"\} (\S+)$/m.exec(text) ?? [];
    return Number(count);
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

function configOf({ webhook, secretFile, maxAlerts = 0 }: AlertmanagerOptions): object {
  const authorization = { type: 'Bearer', credentials_file: secretFile };
  const receiver = { url: webhook, send_resolved: true, max_alerts: maxAlerts, http_config: { authorization } };
  const times = { group_wait: '0s', group_interval: '1s', repeat_interval: '1s' };
  return {
    route: { receiver: 'mctl', group_by: ['alertname'], ...times },
    receivers: [{ name: 'mctl', webhook_configs: [receiver] }],
  };
}

async function readyAt({ stderr }: ChildProcess): Promise<string> {
  const log: string[] = [];
  if (!stderr) throw new Error('Alertmanager has no log.');
  // Not `for await`, which would close the pipe behind a program that goes on writing.
  return new Promise((ready, failed) => {
    createInterface({ input: stderr })
      .on('line', (line) => {
        log.push(line);
        const address = /msg="?Listening(?: on)?"? address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (address) ready(`http://${address}`);
      })
      .on('close', () => failed(new Error(`Alertmanager ended before it was ready:\n${log.join('\n')}`)));
  });
}
