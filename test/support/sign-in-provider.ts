import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A real OpenID Connect provider with pages of its own, see `upstream-issuer.mjs`. */
export class SignInProvider {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: Interface,
    readonly issuer: string,
  ) {}

  static async start(): Promise<SignInProvider> {
    const child = spawn(process.execPath, [join(__dirname, 'upstream-issuer.mjs')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout });
    const [issuer] = (await once(lines, 'line')) as [string];
    return new SignInProvider(child, lines, issuer);
  }

  /** From then on it lets people go back to this address. */
  async serve(redirectUri: string): Promise<void> {
    const ready = once(this.lines, 'line');
    this.child.stdin?.write(`${redirectUri}\n`);
    await ready;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}
