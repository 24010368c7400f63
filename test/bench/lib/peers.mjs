import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleOf } from './bench-servers.mjs';
import { send } from './load.mjs';
import { legacyCall } from './mcp-calls.mjs';

/** Two servers of the same field, as npm has them. Neither has a cluster to ask here: only their lists are measured. */
const PEERS = { 'kubernetes-mcp-server': '0.0.67', 'argocd-mcp': '0.9.0' };
const NOBODY = 'http://127.0.0.1:1';
const START_TRIES = 100;

/** Installs the peers into a folder of their own. What cannot be had is told in `missing`, one line each. */
export async function installPeers(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  const packages = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  try {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    return { peers: [], missing: [`The peers could not be installed: ${error.message.split('\n')[0]}`] };
  }
  const programs = [kubernetesServer(folder), argocdServer(folder)];
  const missing = programs.filter(({ file }) => !existsSync(file)).map(({ name }) => `${name}: not for this platform`);
  return { peers: programs.filter(({ file }) => existsSync(file)).map((program) => () => start(program)), missing };
}

function kubernetesServer(folder) {
  const platform = `kubernetes-mcp-server-linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const file = join(folder, 'node_modules', platform, 'bin', platform);
  const kubeconfig = join(folder, 'kubeconfig.json');
  const here = [{ name: 'none', cluster: { server: NOBODY } }];
  const contexts = [{ name: 'none', context: { cluster: 'none', user: 'none' } }];
  const users = [{ name: 'none', user: {} }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters: here, users, contexts, 'current-context': 'none' };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const args = (port) => ['--port', port, '--bind-address', '127.0.0.1', '--kubeconfig', kubeconfig];
  return { name: `kubernetes-mcp-server ${PEERS['kubernetes-mcp-server']}`, file, command: file, args };
}

function argocdServer(folder) {
  const file = join(folder, 'node_modules/argocd-mcp/dist/index.js');
  const env = { ARGOCD_BASE_URL: NOBODY, ARGOCD_API_TOKEN: 'none' };
  const args = (port) => [file, 'http', '--port', port];
  return { name: `argocd-mcp ${PEERS['argocd-mcp']}`, file, command: process.execPath, args, env };
}

async function start({ name, command, args, env }) {
  const port = String(await freePort());
  const child = spawn(command, args(port), { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  const server = handleOf(child, `http://127.0.0.1:${port}`);
  const session = await openSession(server.url);
  const headers = session === undefined ? {} : { 'mcp-session-id': session };
  return { name, ...server, calls: [legacyCall('tools/list', {}, { headers })] };
}

/** Both answer nothing before a client has introduced itself. */
async function openSession(url) {
  const clientInfo = { name: 'bench', version: '1.0.0' };
  const call = legacyCall('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  const headers = {
    ...call.headers,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const answer = await answered(() => send(url + call.path, { method: 'POST', headers }, JSON.stringify(call.body)));
  const session = answer.headers['mcp-session-id'];
  const said = { jsonrpc: '2.0', method: 'notifications/initialized' };
  await send(
    url + call.path,
    { method: 'POST', headers: { ...headers, 'mcp-session-id': session } },
    JSON.stringify(said),
  );
  return session;
}

async function answered(ask) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === START_TRIES) throw error;
      await sleep(100);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
