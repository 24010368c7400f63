import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { EXIT } from './cli/exit';
import { describeFault } from './cli/faults';
import { serve, type ServeOptions } from './cli/serve';
import { log } from './platform/logging';
import { packageVersion } from './platform/package-root';

const program = new Command('npm start --')
  .description(
    'Starts the MCTL server. Settings are environment variables or lines of .env: see npm run --silent mctl -- env.',
  )
  .version(packageVersion)
  .option('--demo', 'add two teams with services and a history; a second time adds nothing')
  .option('--quiet', 'print the address only, no token: for supervisors and containers')
  .exitOverride()
  .action((options: ServeOptions) => serve(options));

export async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exit(codeOf(error));
  }
}

/** Exits rather than returns: a start that failed half way may have left children or timers behind. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const known = describeFault(error);
  if (known === undefined) log.fatal({ err: error }, 'MCTL could not start');
  else process.stderr.write(`${known}\n`);
  return EXIT.fault;
}
