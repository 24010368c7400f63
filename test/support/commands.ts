import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mustHoldNoCredential } from './canaries';
import { tokenFor } from './tokens';

const ROOT = resolve(__dirname, '../..');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** One data folder, and the built programs as they are called on it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'mctl-test-'));
  readonly dataDir = join(this.folder, 'data');

  /** `mctl …`, to its end. */
  mctl(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
    return this.run('cli.js', args, options);
  }

  /** `npm start -- …` for starts that are meant to fail. */
  start(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
    return this.run('main.js', args, options);
  }

  /** The server with its banner, as people start it. */
  async serve(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Server> {
    const server = await Server.started(this.spawn('main.js', args, env));
    const { MCTL_PUBLIC_URL, MCTL_LOCAL_TOKENS } = env;
    server.token = await tokenFor(this.dataDir, 'admin', undefined, { MCTL_PUBLIC_URL, MCTL_LOCAL_TOKENS });
    return server;
  }

  /** An empty bare repository beside the data folder. */
  remote(name = 'remote.git'): BareRemote {
    return new BareRemote(join(this.folder, name));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(script: string, args: readonly string[], { env, input = '' }: CommandOptions): Promise<Finished> {
    const child = this.spawn(script, args, env);
    const output = outputOf(child);
    child.stdin?.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    // Some commands print a credential on purpose, but none as an error.
    mustHoldNoCredential(`The errors of ${script} ${args.join(' ')}`, output.stderr);
    return { code, ...output };
  }

  private spawn(script: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [join(ROOT, 'dist', script), ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', MCTL_DATA_DIR: this.dataDir, ...env },
    });
  }
}

/** A server that shows its banner. */
export class Server {
  /** Of the administrator, as the command signs it that the banner names. */
  token = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly output: { stdout: string; stderr: string },
  ) {}

  static async started(child: ChildProcess): Promise<Server> {
    const output = outputOf(child);
    const ended = once(child, 'close');
    while (!output.stdout.includes('Ctrl-C drains and stops.')) {
      await Promise.race([once(child.stdout!, 'data'), ended]);
      if (child.exitCode !== null) throw new Error(`The server ended before it listened:\n${output.stderr}`);
    }
    return new Server(child, output);
  }

  get stdout(): string {
    return this.output.stdout;
  }

  get stderr(): string {
    return this.output.stderr;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get url(): string {
    return /http:\/\/[^\s/]+/.exec(this.stdout)?.[0] ?? '';
  }

  /** The client configuration that people paste. */
  get clientConfiguration(): { type: string; url: string; headers: Record<string, string> } {
    const json = /^\{\n[^]*?^\}\n/m.exec(this.stdout)?.[0] ?? '{}';
    return (
      JSON.parse(json) as { mcpServers: { mctl: { type: string; url: string; headers: Record<string, string> } } }
    ).mcpServers.mctl;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    mustHoldNoCredential('The output of the server', `${this.output.stdout}\n${this.output.stderr}`);
    return this.child.exitCode ?? this.child.signalCode;
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    this.signal(signal);
    return this.ended();
  }
}

/** A bare repository that somebody else owns, used with plain git. */
export class BareRemote {
  constructor(readonly gitDir: string) {
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', gitDir]);
  }

  get url(): string {
    return `file://${this.gitDir}`;
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', ['--git-dir', this.gitDir, ...args], { encoding: 'utf8' }).trim();
  }

  subjects(): string[] {
    return this.git('log', '--format=%s', 'main').split('\n');
  }

  read(path: string): string {
    return execFileSync('git', ['--git-dir', this.gitDir, 'show', `main:${path}`], { encoding: 'utf8' });
  }

  /** One commit as a person makes it, in a clone. */
  edit(path: string, text: string): void {
    const clone = `${this.gitDir}.clone`;
    const git = (...args: readonly string[]): Buffer =>
      execFileSync('git', ['-C', clone, '-c', 'user.name=Hand', '-c', 'user.email=hand@example.org', ...args]);
    execFileSync('git', ['clone', '--quiet', this.gitDir, clone]);
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), text);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'by hand');
    git('push', '--quiet', 'origin', 'HEAD:main');
    rmSync(clone, { recursive: true, force: true });
  }

  /** Whoever pushes waits this long. */
  slowDown(seconds: number): void {
    writeFileSync(join(this.gitDir, 'hooks', 'pre-receive'), `#!/bin/sh\nexec sleep ${seconds}\n`, { mode: 0o755 });
  }
}

function outputOf(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return output;
}
