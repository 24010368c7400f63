import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { memoryOf } from './load.mjs';
import { legacyCall, modernCall } from './mcp-calls.mjs';
import { Program } from './program.mjs';

const WHOAMI = { name: 'mctl_whoami', arguments: {} };
const here = import.meta.dirname;

/** The least that any HTTP server of this Node can do: reads JSON, writes it back. */
export async function echoServer() {
  const child = await listening('raw-echo.mjs');
  const isRight = (text) => text.includes('"result"');
  return { name: 'node:http echo', ...child, calls: [{ name: 'echo', path: '/', body: { result: 1 }, isRight }] };
}

/** The official SDK with one tool, no authentication, nothing else. */
export async function bareSdkServer() {
  const child = await listening('bare-sdk.mjs');
  const tool = { name: 'whoami', arguments: {} };
  return {
    name: 'bare SDK',
    ...child,
    calls: [
      legacyCall('tools/call', tool),
      modernCall('tools/call', tool),
      legacyCall('tools/list', {}),
      modernCall('tools/list', {}),
    ],
  };
}

/** MCTL as `npm start` starts it, asked by an administrator, who sees every tool. */
export async function mctlServer(dataDir) {
  const program = await Program.start(dataDir, {});
  const { authorization } = program.headers;
  const signed = { headers: { authorization } };
  const isRight = (text) => text.includes('"user":"admin"');
  return {
    name: 'mctl',
    ...handleOf(program.child, program.url),
    stop: () => program.stop(),
    calls: [
      legacyCall('tools/list', {}, signed),
      modernCall('tools/list', {}, signed),
      legacyCall('tools/call', WHOAMI, signed),
      modernCall('tools/call', WHOAMI, signed),
      { name: 'GET /api/v1/whoami', method: 'GET', path: '/api/v1/whoami', headers: signed.headers, isRight },
    ],
  };
}

/** A program of ours beside this file, which says on its first line where it listens. */
async function listening(file) {
  const child = spawn(process.execPath, [join(here, file)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return handleOf(child, url);
}

export function handleOf(child, url) {
  return {
    url,
    pid: child.pid,
    memory: () => memoryOf(child.pid),
    memoryPeak: () => memoryOf(child.pid, 'VmHWM'),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
