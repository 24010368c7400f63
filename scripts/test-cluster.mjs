import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { tool } from './lib/paths.mjs';
import { foreground, say } from './lib/process.mjs';
import { ensureReady } from './lib/ready.mjs';

/** Neither passed (0) nor failed (1): there was nothing to run against. */
const NO_CLUSTER = 3;

await ensureReady();
// It needs packages, which may not have been there before.
const { KubeConfig } = await import('@kubernetes/client-node');
const found = await answering(usable());
if (typeof found === 'string') {
  say(
    `test:cluster did not run: ${found}. Set KUBECONFIG to a cluster that may be written to (exit code ${NO_CLUSTER}).`,
  );
  process.exitCode = NO_CLUSTER;
} else {
  process.exitCode = await run(found);
}

/** A server that is not there is no cluster; one that answers in whatever way is for the specs to judge. */
async function answering(config) {
  if (typeof config === 'string') return config;
  const { server } = config.getCurrentCluster();
  const { hostname, port, protocol } = new URL(server);
  const socket = connect({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: 10_000 });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(10_000) });
    return config;
  } catch (error) {
    return `the server of the kubeconfig’s context does not answer (${error.code ?? 'no answer within 10 s'})`;
  } finally {
    socket.destroy();
  }
}

/** The kubeconfig that kubectl would use, or why there is none. Never the service account of a pod, and never localhost:8080. */
function usable() {
  const given = process.env.KUBECONFIG;
  const paths = (given ?? join(homedir(), '.kube', 'config')).split(delimiter).filter(Boolean);
  if (!paths.some((path) => existsSync(path))) {
    return given ? 'KUBECONFIG names no file that is there' : 'KUBECONFIG is not set, and there is no ~/.kube/config';
  }
  const config = new KubeConfig();
  try {
    process.env.KUBECONFIG = paths.filter((path) => existsSync(path)).join(delimiter);
    config.loadFromDefault();
  } catch {
    return 'what KUBECONFIG names is no kubeconfig';
  }
  if (!config.getCurrentCluster()?.server || !config.getCurrentUser()) {
    return 'the kubeconfig has no usable current context';
  }
  return config;
}

/** The specs get one file of their own, so that several files, relative paths and the like are read in one way. */
async function run(config) {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-kubeconfig-'));
  const TEST_KUBECONFIG = join(folder, 'kubeconfig');
  writeFileSync(TEST_KUBECONFIG, config.exportConfig(), { mode: 0o600 });
  try {
    const args = [tool.jest, '--selectProjects', 'cluster', '--runInBand', ...process.argv.slice(2)];
    return await foreground(process.execPath, args, { env: { ...process.env, TEST_KUBECONFIG } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
