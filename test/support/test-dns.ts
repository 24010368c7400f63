import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Zones that the server answers for; everything else it refuses. */
const ZONES = ['example.com', 'example.net'] as const;
/** A zone whose file is broken: the server answers SERVFAIL. */
export const BROKEN_ZONE = 'broken.example.org';

/** A real BIND of our own on a free loopback port, whose records can be changed while it runs. */
export class TestDns {
  private readonly log: string[] = [];
  private serial = 1;

  private constructor(
    private readonly folder: string,
    /** As `MCTL_DNS_RESOLVERS` takes it. */
    readonly address: string,
    private child: ChildProcess | undefined,
  ) {}

  /** @param records lines of the zone files, with full names, e.g. `www.example.com. CNAME example.com.` */
  static async start(...records: readonly string[]): Promise<TestDns> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-dns-'));
    const dns = new TestDns(folder, `127.0.0.1:${await freePort()}`, undefined);
    writeFileSync(join(folder, 'named.conf'), dns.configuration());
    writeFileSync(join(folder, 'broken.zone'), 'this is no zone\n');
    dns.write(records);
    await dns.run();
    return dns;
  }

  /** Replaces all records; resolves when the server answers with the new ones. */
  async set(...records: readonly string[]): Promise<void> {
    this.serial += 1;
    this.write(records);
    const loaded = ZONES.map((zone) => this.said(`zone ${zone}/IN: loaded serial ${this.serial}`));
    this.child?.kill('SIGHUP');
    await Promise.all(loaded);
  }

  /** Takes every question and answers none, until `resume`. Resolves when the last of its threads stands still. */
  async freeze(): Promise<void> {
    this.child?.kill('SIGSTOP');
    while (!this.threadStates().every((state) => state === 'T')) await new Promise(setImmediate);
  }

  private threadStates(): string[] {
    const folder = `/proc/${this.child?.pid}/task`;
    return readdirSync(folder).map((thread) => {
      const [, state = ''] = /^State:\s+(\S)/m.exec(readFileSync(join(folder, thread, 'status'), 'utf8')) ?? [];
      return state;
    });
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Ends the process; the port is closed then. The records stay for `run`. */
  async halt(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill();
    await exited;
  }

  async run(): Promise<void> {
    const ready = this.said(' running');
    const child = spawn('named', ['-g', '-c', 'named.conf', '-n', '1'], {
      cwd: this.folder,
      env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    // Not `for await`, which would close the pipe behind a program that goes on writing.
    createInterface({ input: child.stderr }).on('line', (line) => this.hear(line));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`named ended before it was ready:\n${this.log.join('\n')}`);
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private readonly listeners = new Set<(line: string) => void>();

  private hear(line: string): void {
    this.log.push(line);
    for (const listener of this.listeners) listener(line);
  }

  private said(words: string): Promise<void> {
    return new Promise((resolve) => {
      const listener = (line: string): void => {
        if (!line.endsWith(words)) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  private write(records: readonly string[]): void {
    for (const zone of ZONES) {
      const own = records.filter((line) => line.split(' ')[0]?.toLowerCase().endsWith(`${zone}.`));
      const head = [
        `$TTL 0`,
        `@ SOA ns.${zone}. hostmaster.${zone}. ${this.serial} 3600 600 86400 0`,
        `@ NS ns.${zone}.`,
      ];
      writeFileSync(join(this.folder, `${zone}.zone`), `${[...head, `ns.${zone}. A 127.0.0.1`, ...own].join('\n')}\n`);
    }
  }

  /** Datagrams of 512 bytes, so that answers are cut off where DNS of old cut them off (RFC 1035 §2.3.4). */
  private configuration(): string {
    const port = this.address.split(':')[1];
    const zone = (name: string, file: string) => `zone "${name}" { type primary; file "${file}"; };`;
    return [
      'options {',
      `  directory "${this.folder}"; pid-file none; session-keyfile none; managed-keys-directory "${this.folder}";`,
      `  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
      '  recursion no; allow-query { any; }; allow-transfer { none; }; notify no; dnssec-validation no; max-udp-size 512;',
      '};',
      'controls { };',
      ...ZONES.map((name) => zone(name, `${name}.zone`)),
      zone(BROKEN_ZONE, 'broken.zone'),
    ].join('\n');
  }
}

/** A port that is free at this moment for TCP, and so most likely for UDP. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
