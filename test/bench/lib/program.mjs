import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const dist = resolve(import.meta.dirname, '../../../dist');
const require = createRequire(import.meta.url);
const NO_LIMIT = '1000000';
/** As `npm start` and the image have it. */
const AS_STARTED = ['--max-semi-space-size=8', '--max-old-space-size=512'];

/** The built server as a process of its own on a data folder, with an administrator's token. */
export class Program {
  /** Resolves when the server listens and has read its repository. */
  static async start(dataDir, environment) {
    const started = performance.now();
    const program = await Program.listening(dataDir, environment);
    await program.list(1);
    program.startMs = performance.now() - started;
    return program;
  }

  /** Resolves when the server says where it listens. */
  static async listening(dataDir, environment) {
    const child = spawn(process.execPath, [...AS_STARTED, join(dist, 'main.js'), '--quiet'], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        MCTL_DATA_DIR: dataDir,
        MCTL_WRITES_PER_MINUTE: NO_LIMIT,
        MCTL_READS_PER_MINUTE: NO_LIMIT,
        LOG_LEVEL: 'error',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Program(child, await addressOf(child), await adminToken(dataDir));
  }

  constructor(child, url, token) {
    this.child = child;
    this.url = url;
    this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  /** Resolves when the background has looked at every file once, with the seconds that took since the start. */
  async inspected() {
    const begun = performance.now();
    for (;;) {
      const response = await fetch(`${this.url}/readyz`);
      if ((await response.json()).repository.inspected) return (performance.now() - begun) / 1000;
      await sleep(200);
    }
  }

  /** Runs one operation to its end and answers how long that took, in milliseconds. */
  async execute(operation, input) {
    const begun = performance.now();
    const response = await fetch(`${this.url}/api/v1/operations/${operation}/execute`, {
      method: 'POST',
      headers: this.headers,
      body: JSON.stringify({ ...input, wait_seconds: 25 }),
    });
    const answer = await response.json();
    if (answer.operation?.status !== 'succeeded') throw new Error(JSON.stringify(answer).slice(0, 400));
    return performance.now() - begun;
  }

  /** Asks for one page of services and answers how long that took, in milliseconds. */
  async list(limit) {
    const begun = performance.now();
    const response = await fetch(`${this.url}/api/v1/services?limit=${limit}`, { headers: this.headers });
    const answer = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer).slice(0, 400));
    return performance.now() - begun;
  }

  /** Resident memory, now and at its highest. */
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const megabytes = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
  }

  async stop() {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

async function addressOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the program ended before it listened');
}

function adminToken(dataDir) {
  const { Keys } = require(join(dist, 'platform/keys'));
  const { LocalIssuer } = require(join(dist, 'platform/auth/local-issuer'));
  const { readConfig } = require(join(dist, 'platform/config'));
  return new LocalIssuer(Keys.open(dataDir), readConfig({ MCTL_DATA_DIR: dataDir })).sign('admin', 3_600_000);
}
