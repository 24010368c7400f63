import { EXIT } from '../exit';
import { checkNode } from './node-check';
import { isHealthy, renderJson, renderText } from './render';

/** Looks at everything that MCTL needs and prints what it found. Changes nothing, and works beside a server. */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const node = checkNode();
  // Everything else loads packages that an old Node cannot load.
  const others = node.status === 'ok' ? await (await import('./examine.js')).examine(showProgress) : [];
  const results = [node, ...others];
  clearProgress();
  process.stdout.write(json ? renderJson(results) : renderText(results));
  process.exitCode = isHealthy(results) ? EXIT.ok : EXIT.fault;
}

const CLEAR_LINE = '\r\u001b[K';

function showProgress(name: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${CLEAR_LINE}looking at: ${name}`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
}
