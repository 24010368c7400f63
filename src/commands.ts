import 'reflect-metadata';
import { CommanderError } from 'commander';
import { EXIT, UsageError } from './cli/exit';
import { buildProgram } from './cli/program';

async function main(): Promise<void> {
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? usageCode(error) : await explain(error);
  }
}

/** Commander has printed what it had to say; asking for help is no error. */
function usageCode({ exitCode }: CommanderError): number {
  return exitCode === 0 ? EXIT.ok : EXIT.usage;
}

async function explain(error: unknown): Promise<number> {
  const { describeFault } = await import('./cli/faults.js');
  const text = describeFault(error) ?? (error instanceof Error ? error.stack : undefined) ?? String(error);
  process.stderr.write(`${text}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.fault;
}

export async function run(): Promise<void> {
  // Whoever reads our output may stop reading, e.g. `mctl env | head`.
  process.stdout.on('error', () => process.exit());
  await main();
  // A fault may leave a child process behind that would keep this one alive; what was printed is out by then.
  process.stdout.write('', () => process.exit());
}
