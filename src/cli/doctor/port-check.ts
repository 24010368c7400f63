import { createServer } from 'node:net';
import { type Check, failed, type Finding, ok } from './check';
import { ownerOfPort } from './port-owner';
import { describeServer } from './server-check';

const ASK_MS = 2_000;

/** Whether the server could listen where the settings say, or does. */
export const portCheck: Check = {
  name: 'port',
  settings: ['PORT', 'MCTL_HOST'],
  limitMs: 5_000,
  async run({ config, server }) {
    const { port, host } = config.values;
    if (port === 0) return ok(`any free one on ${host}`);
    const where = `${host}:${port}`;
    if (server && Number(new URL(server.url).port) === port) {
      return ok(`${where}, in use by this server (process ${server.pid})`);
    }
    const code = await tryListening(host, port);
    if (code === undefined) {
      return ok(`${where} is free${server ? `; the running server is ${describeServer(server)}` : ''}`);
    }
    return judge(where, code, code === 'EADDRINUSE' ? await whoHas(host, port) : '');
  },
};

function judge(where: string, code: string, owner: string): Finding {
  switch (code) {
    case 'EADDRINUSE':
      return failed(
        `${where} is taken by ${owner}`,
        'Stop that program, or set PORT to another one, or PORT=0 for any that is free.',
      );
    case 'EACCES':
      return failed(`this user may not listen on ${where}`, 'Set PORT to one above 1023.');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(
        `this machine does not have the address ${where}`,
        'Set MCTL_HOST to an address of this machine, such as 127.0.0.1.',
      );
    default:
      return failed(`nobody can listen on ${where} (${code})`, 'Check MCTL_HOST and PORT.');
  }
}

/** Listens for a moment; the error's code where that fails. */
function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function whoHas(host: string, port: number): Promise<string> {
  const owner = ownerOfPort(port);
  const program = owner ? `process ${owner.pid} (${owner.command})` : 'another program';
  return (await isMctl(host, port)) ? `${program}, an MCTL on another data folder` : program;
}

async function isMctl(host: string, port: number): Promise<boolean> {
  try {
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`;
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_MS), redirect: 'error' });
    return (await response.text()) === '{"status":"ok"}';
  } catch {
    return false;
  }
}
