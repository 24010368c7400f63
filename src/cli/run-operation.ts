import { readFileSync } from 'node:fs';
import { loadConfig } from '../platform/config';
import { type Call, exitCodeOf } from './call';
import { callHere } from './call-here';
import { callServer } from './call-server';
import { UsageError } from './exit';
import { quietLog } from './log-settings';
import { loginOf } from './login';
import { renderOutcome } from './render-outcome';
import { findServer } from './server-file';

export interface RunOperationOptions {
  readonly input?: string;
  readonly inputFile?: string;
  readonly user?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly wait: number;
  readonly confirmToken?: string;
  readonly json?: boolean;
}

/** Through the server of the data folder where one runs, otherwise in this process: the embedded store has one owner. */
export async function runOperation(operation: string, options: RunOperationOptions): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const call: Call = { operation, user: loginOf(options.user ?? config.localAdmin), input: inputOf(options) };
  const server = await findServer(config.dataDir);
  const outcome = server ? await callServer(server, config, call) : await callHere(config, call);
  process.stdout.write(options.json ? asJson(outcome) : renderOutcome(outcome));
  process.exitCode = exitCodeOf(outcome);
}

function asJson(outcome: object): string {
  return `${JSON.stringify(Object.values(outcome)[0], null, 2)}\n`;
}

/** The flags win over what the JSON says. */
function inputOf(options: RunOperationOptions): Record<string, unknown> {
  const { dryRun, reason, confirmToken, wait } = options;
  return {
    wait_seconds: wait,
    ...parseObject(textOf(options)),
    ...(dryRun && { dry_run: true }),
    ...(reason !== undefined && { reason }),
    ...(confirmToken !== undefined && { confirm_token: confirmToken }),
  };
}

function textOf({ input, inputFile }: RunOperationOptions): string {
  if (inputFile === undefined) return input ?? '{}';
  try {
    return readFileSync(inputFile === '-' ? 0 : inputFile, 'utf8');
  } catch {
    throw new UsageError(`--input-file ${inputFile} cannot be read.`);
  }
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('The input is not JSON; write it like --input \'{"team":"billing"}\'.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageError('The input must be a JSON object, such as {"team":"billing"}.');
}
