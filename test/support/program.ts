import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { mustHoldNoCredential, mustRestWithoutCredentials } from './canaries';

/** Another build than the one of `npm run build`, e.g. of a half-finished work tree. */
const DIST = process.env.MCTL_TEST_DIST ?? resolve(__dirname, '../../dist');

/** Nobody listens there: tests ask no DNS server but their own. */
export const NO_DNS = '127.0.0.1:9';

export interface ProgramOptions {
  readonly dataDir?: string;
  readonly env?: Record<string, string>;
  /** Extra arguments for node itself, e.g. a module to load first. */
  readonly nodeArguments?: readonly string[];
  /** Extra arguments for the program, e.g. `--demo`. */
  readonly arguments?: readonly string[];
}

/** The built program as its users start it: a process of its own, an ephemeral port, a data folder of its own. */
export class Program {
  readonly log: string[] = [];
  url = '';
  private readonly printed: string[] = [];

  private constructor(
    readonly dataDir: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(options: ProgramOptions = {}): Promise<Program> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'mctl-test-'));
    const child = spawn(
      process.execPath,
      [...(options.nodeArguments ?? []), join(DIST, 'main.js'), '--quiet', ...(options.arguments ?? [])],
      {
        cwd: dataDir,
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          PORT: '0',
          MCTL_DATA_DIR: dataDir,
          LOG_LEVEL: 'info',
          MCTL_DNS_RESOLVERS: NO_DNS,
          MCTL_WRITES_PER_MINUTE: '100000',
          MCTL_READS_PER_MINUTE: '100000',
          ...options.env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const program = new Program(dataDir, child);
    createInterface({ input: child.stderr }).on('line', (line) => program.log.push(line));
    await program.listening();
    return program;
  }

  /** Environment for a command beside this program. */
  get environment(): Record<string, string | undefined> {
    return { PATH: process.env.PATH, HOME: process.env.HOME, MCTL_DATA_DIR: this.dataDir };
  }

  get gitDir(): string {
    return join(this.dataDir, 'gitops.git');
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Ends it; resolves with its exit code, or the signal that ended it.
   * @throws Error where anything that it wrote has the form of a credential: so the whole suite looks for leaks.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (this.isRunning) {
      const exited = once(this.child, 'exit');
      this.child.kill(signal);
      await exited;
    }
    this.checkOutput();
    return this.child.exitCode ?? this.child.signalCode;
  }

  async exited(): Promise<number | string | null> {
    if (this.isRunning) await once(this.child, 'exit');
    this.checkOutput();
    return this.child.exitCode ?? this.child.signalCode;
  }

  /**
   * Stops it and removes its data.
   * @throws Error where what it leaves has the form of a credential, see `stop`.
   */
  async dispose(): Promise<void> {
    try {
      await this.stop();
      mustRestWithoutCredentials(this.dataDir);
    } finally {
      rmSync(this.dataDir, { recursive: true, force: true });
    }
  }

  private checkOutput(): void {
    mustHoldNoCredential('The output of the program', [...this.printed, ...this.log].join('\n'));
  }

  private listening(): Promise<void> {
    const lines = createInterface({ input: this.child.stdout! });
    return new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        this.printed.push(line);
        const address = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (!address || this.url !== '') return;
        this.url = address;
        resolve();
      });
      lines.on('close', () => reject(new Error(`The program ended before it listened:\n${this.log.join('\n')}`)));
    });
  }
}
