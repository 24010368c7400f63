import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { at, root } from './lib/paths.mjs';
import { say } from './lib/process.mjs';
import { ensureReady } from './lib/ready.mjs';

const SETTLE_MS = 200;
const arguments_ = [at('scripts/dev-server.mjs'), ...process.argv.slice(2)];

await ensureReady({ isBundled: false });
let server = start();
let settling;
let restarting = false;

watch(at('src'), { recursive: true }, () => {
  clearTimeout(settling);
  settling = setTimeout(restart, SETTLE_MS);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop().then(() => process.exit()));

function start() {
  return spawn(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
}

/** The old server drains first: two must never open the embedded store. */
async function restart() {
  if (restarting) return;
  restarting = true;
  say('src changed, starting again');
  await stop();
  server = start();
  restarting = false;
}

function stop() {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((done) => server.once('exit', done) && server.kill('SIGTERM'));
}
