import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../platform/config';

export interface NotifyOptions {
  readonly workflow: string;
  readonly phase: string;
  readonly url?: string;
}

const PATH = '/api/v1/webhooks/argo';
const TRIES = 3;
const PAUSE_MS = 2_000;
const TIMEOUT_MS = 10_000;

/** Tells MCTL that a Workflow has ended. Never fails the Workflow: whatever is not told is found a little later. */
export async function notifyWorkflow({ workflow, phase, url }: NotifyOptions): Promise<void> {
  const { argoWebhookSecretFile: file, publicUrl } = loadConfig().values;
  const base = url ?? publicUrl;
  if (file === undefined || base === undefined) {
    say('MCTL is not told: MCTL_ARGO_WEBHOOK_SECRET_FILE or the address (WORKFLOW_NOTIFY_URL) is not set.');
    return;
  }
  const secret = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (!secret) {
    say('MCTL is not told: the file of MCTL_ARGO_WEBHOOK_SECRET_FILE cannot be read.');
    return;
  }
  const body = JSON.stringify({ workflow_name: workflow, phase });
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const answer = await post(`${base.replace(/\/+$/, '')}${PATH}`, body, signature);
    say(`MCTL was told of ${workflow}: ${answer}`);
    // What is refused is refused again.
    if (!/^5|^no answer/.test(answer) || attempt === TRIES) return;
    await sleep(PAUSE_MS);
  }
}

/** @returns the status, or why there is none. */
async function post(url: string, body: string, signature: string): Promise<string> {
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mctl-signature': signature },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return String(status);
  } catch (error) {
    const { cause } = error as { cause?: { code?: unknown } };
    return `no answer (${typeof cause?.code === 'string' ? cause.code : 'broken off'})`;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
