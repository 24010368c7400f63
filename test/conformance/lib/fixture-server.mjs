import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { capture } from '../../../scripts/lib/process.mjs';

const folder = resolve(import.meta.dirname, '..');
const cli = resolve(folder, '../../dist/cli.js');
const USER = 'conformance';

/** The product with the fixtures, a process of its own on an empty data folder: guard, audit and limits as users have them. */
export class FixtureServer {
  static async start(settings) {
    const dataDir = mkdtempSync(join(tmpdir(), 'mctl-conformance-'));
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      MCTL_DATA_DIR: dataDir,
      // Nobody listens there: no name is looked up outside of this machine.
      MCTL_DNS_RESOLVERS: '127.0.0.1:9',
      LOG_LEVEL: 'error',
      ...settings,
    };
    const server = new FixtureServer(dataDir, env);
    try {
      server.url = await server.listening();
      server.token = await server.signToken();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  constructor(dataDir, env) {
    this.dataDir = dataDir;
    this.env = env;
    const args = ['--require', join(folder, 'register.cjs'), join(folder, 'server.ts')];
    this.child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async listening() {
    for await (const line of createInterface({ input: this.child.stdout })) {
      const address = /^listening (\S+)/.exec(line)?.[1];
      if (address) return address;
    }
    throw new Error('the fixture server ended before it listened');
  }

  async signToken() {
    const { code, output } = await capture(process.execPath, [cli, 'token', '--user', USER], { env: this.env });
    if (code !== 0) throw new Error(`no token for the suite: ${output}`);
    return output.trim().split('\n').at(-1);
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill();
      await exited;
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
