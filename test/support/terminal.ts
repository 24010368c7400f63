import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist');

/** What a program wrote on a terminal. */
export interface Terminal {
  readonly text: string;
  /** Ends the program as Ctrl-C does. */
  end(): Promise<void>;
}

/**
 * A built program on a terminal of its own, which `script` of util-linux provides.
 * @param sign what it writes when it is ready.
 */
export async function onTerminal(program: readonly string[], dataDir: string, sign: string): Promise<Terminal> {
  const [file = '', ...rest] = program;
  const command = [process.execPath, resolve(DIST, file), ...rest].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', MCTL_DATA_DIR: dataDir, SHELL: '/bin/sh' },
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString().replaceAll('\r', '')));
  const ended = once(child, 'close');
  while (!text.includes(sign)) {
    await Promise.race([once(child.stdout, 'data'), ended]);
    if (child.exitCode !== null) throw new Error(`The program ended before it was ready, with ${child.exitCode}.`);
  }
  return {
    text,
    end: async () => {
      child.stdin.write('\u0003');
      await ended;
    },
  };
}
