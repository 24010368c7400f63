import { Command, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../platform/package-root';
import { UsageError } from './exit';
import type { RepositorySecretOptions } from './repository-secret';
import type { NotifyOptions } from './notify-workflow';
import type { RunOperationOptions } from './run-operation';
import type { StepOptions } from './run-step';

const MAX_WAIT_SECONDS = 25;

/** The commands of `mctl`. What a command does is loaded when it is called: `--help` must not open the whole program. */
export function buildProgram(): Command {
  const program = new Command('mctl')
    .description('Commands beside the MCTL server. Settings are environment variables or lines of .env: see mctl env.')
    .version(packageVersion)
    .showHelpAfterError('(mctl --help lists the commands)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nIn a clone: npm run --silent mctl -- COMMAND\n' +
        'Exit codes: 0 done, 1 fault or wrong settings, 2 wrong usage, 3 confirmation required, 4 refused or failed, ' +
        '5 the audit does not verify.',
    );
  addToken(program);
  addInit(program);
  addRepositorySecret(program);
  addRunOperation(program);
  addNotifyWorkflow(program);
  addOperations(program);
  addAudit(program);
  addSecrets(program);
  addEnv(program);
  addDoctor(program);
  return program;
}

function addToken(program: Command): void {
  program
    .command('token')
    .summary('print a token of the local issuer, or revoke one')
    .description(
      'Signs a token with the key of the data folder and prints it, alone; or takes one back, at once. Works beside a running server.',
    )
    .option('--user <login>', 'whom the token is for')
    .option('--ttl <duration>', 'how long it is valid, at most 30d (default: 1h)')
    .addOption(
      new Option('--revoke <file>', 'revoke the token in a file, - is standard input').conflicts(['user', 'ttl']),
    )
    .addHelpText(
      'after',
      examples(
        'mctl token --user ada',
        'TOKEN=$(npm run --silent mctl -- token --user ada --ttl 8h)',
        'mctl token --revoke - <<< "$TOKEN"',
      ),
    )
    .action(async ({ user, ttl, revoke }: { user?: string; ttl?: string; revoke?: string }) => {
      if (revoke !== undefined) return (await import('./revoke-token.js')).revokeToken(revoke);
      if (user === undefined) throw new UsageError("error: required option '--user <login>' not specified");
      return (await import('./sign-token.js')).signToken({ user, ttl: ttl ?? '1h' });
    });
}

function addInit(program: Command): void {
  program
    .command('init')
    .summary('seed the GitOps repository')
    .description(
      'Puts charts, ApplicationSets and templates into the repository of the settings (MCTL_GITOPS_REMOTE, or the embedded one) as one commit. ' +
        'Files that are there stay as they are; a second run has nothing to do.',
    )
    .option('--update', 'replace files of ours that were changed or are of an older version')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples('MCTL_GITOPS_REMOTE=https://git.example.org/platform/gitops.git mctl init', 'mctl init --update'),
    )
    .action(async (options: { update?: boolean; json?: boolean }) => (await import('./init-command.js')).init(options));
}

function addRepositorySecret(program: Command): void {
  program
    .command('repository-secret')
    .summary('print the Secret with which Argo CD reads the embedded repository')
    .description(
      'Prints the manifest of the repository Secret that Argo CD reads /git/gitops.git with, with a placeholder for the password, and the ' +
        'command that makes the same from the password file. Needs MCTL_GIT_PASSWORD_FILE.',
    )
    .option('--namespace <name>', 'the namespace of Argo CD', 'argocd')
    .option('--name <name>', 'the name of the Secret', 'mctl-gitops')
    .addHelpText(
      'after',
      examples(
        'openssl rand -base64 32 > git-password && export MCTL_GIT_PASSWORD_FILE=$PWD/git-password',
        'mctl repository-secret --namespace argocd',
      ),
    )
    .action(async (options: RepositorySecretOptions) =>
      (await import('./repository-secret.js')).printRepositorySecret(options),
    );
}

function addRunOperation(program: Command): void {
  program
    .command('run-operation')
    .summary('run one operation')
    .description(
      'Runs an operation like an assistant would: planned, recorded, one commit. Goes through the server that runs on the data folder; ' +
        'without one it opens the data folder itself until the operation has ended.',
    )
    .argument('[name]', 'the operation, see mctl operations')
    .addOption(new Option('--input <json>', 'its arguments, a JSON object').conflicts('inputFile'))
    .option('--input-file <file>', 'read them from a file, - is standard input')
    .option('--user <login>', 'as whom (default: the first of MCTL_ADMINS)')
    .option('--dry-run', 'only show the plan: the exact diff')
    .option('--reason <text>', 'why; kept in the commit and the audit trail')
    .option(
      '--wait <seconds>',
      `how long a server may take before it answers "running", 0 to ${MAX_WAIT_SECONDS}`,
      waitSeconds,
      MAX_WAIT_SECONDS,
    )
    .option('--confirm-token <token>', 'from the plan that a destructive operation answers first')
    .option('--json', 'print the whole answer as JSON')
    .addOption(
      new Option('--id <id>', 'for pods of Argo Workflows: do one step of the accepted operation of this id').env(
        'OPERATION_ID',
      ),
    )
    .addOption(new Option('--step <step>', 'which step: commit, or the name of a task').env('OPERATION_STEP'))
    .addHelpText(
      'after',
      '\nWith --id and --step exit codes are: 0 the step is done, 1 the operation has failed or there is no such step, 75 to be tried again.',
    )
    .addHelpText(
      'after',
      examples(
        `mctl run-operation create-tenant --input '{"team":"billing"}' --reason 'first team'`,
        `mctl run-operation deploy-service --dry-run --input '{"action":"deploy","team":"billing","service":"api","image_tag":"1.2.3"}'`,
        'mctl run-operation delete-tenant --user ada --input-file arguments.json --json',
      ),
    )
    .action(async (name: string | undefined, options: RunOperationOptions & StepOptions) => {
      if (name === undefined) return (await import('./run-step.js')).runStep(options);
      return (await import('./run-operation.js')).runOperation(name, options);
    });
}

function addNotifyWorkflow(program: Command): void {
  program
    .command('notify-workflow')
    .summary('tell MCTL that a Workflow has ended')
    .description(
      'Posts the name and phase of a Workflow to MCTL, signed with the secret of MCTL_ARGO_WEBHOOK_SECRET_FILE: the last step of every Workflow. ' +
        'Says what went wrong and exits with 0 all the same: MCTL finds the end by itself a little later.',
    )
    .addOption(new Option('--workflow <name>', 'the Workflow').env('WORKFLOW_NAME').makeOptionMandatory())
    .addOption(new Option('--phase <phase>', 'how it ended, as Argo says').env('WORKFLOW_PHASE').default(''))
    .addOption(new Option('--url <url>', 'address of MCTL (default: MCTL_PUBLIC_URL)').env('WORKFLOW_NOTIFY_URL'))
    .addHelpText('after', examples('mctl notify-workflow --workflow deploy-service-01jx --phase Succeeded'))
    .action(async (options: NotifyOptions) => (await import('./notify-workflow.js')).notifyWorkflow(options));
}

function addOperations(program: Command): void {
  program
    .command('operations')
    .summary('list the operations there are')
    .description('Lists every operation of this version with its risk and the least role that may run it.')
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples('mctl operations', 'mctl operations --json'))
    .action(async (options: { json?: boolean }) => (await import('./list-operations.js')).listOperations(options));
}

function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .summary('verify the audit trail, or rebuild it from git')
    .description('Compares the audit trail with the branch, or makes it anew from the branch after the store was lost.')
    .addHelpText('after', examples('mctl audit verify', 'mctl audit rebuild --dry-run'));
  audit
    .command('verify')
    .summary('compare the audit trail with the branch')
    .description(
      'Walks the audit chain and every commit of an operation, and says what was edited, dropped, reordered, cut off or contradicts. ' +
        'Changes nothing. Works beside a running server, through it. Exit code 5 where something is wrong.',
    )
    .option('--since <start>', 'only from a duration ago (7d), a date (2026-01-31) or a commit on')
    .option('--user <login>', 'as which administrator to ask a running server (default: the first of MCTL_ADMINS)')
    .option('--json', 'print the result as JSON, with all findings')
    .addHelpText('after', examples('mctl audit verify', 'mctl audit verify --since 7d --json'))
    .action(async (options: { since?: string; user?: string; json?: boolean }) =>
      (await import('./audit/verify-command.js')).verifyCommand(options),
    );
  audit
    .command('rebuild')
    .summary('make the store anew from the branch')
    .description(
      'Restores operations, idempotency keys and audit entries from the commits after the store was deleted or moved away, and says ' +
        'what git does not know. Never destroys anything: a store that holds something is refused. The server must not run.',
    )
    .option('--dry-run', 'only say what would be restored')
    .option('--user <login>', 'who does it, for the first audit entry (default: the first of MCTL_ADMINS)')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples('mctl audit rebuild --dry-run', 'mctl audit rebuild --user ada'))
    .action(async (options: { dryRun?: boolean; user?: string; json?: boolean }) =>
      (await import('./audit/rebuild-command.js')).rebuildCommand(options),
    );
}

function addSecrets(program: Command): void {
  const secrets = program
    .command('secrets')
    .summary('list, export or rekey values of secrets')
    .description(
      'Looks after the embedded secret store. The server must not run: it gives no value away, and holds the store.',
    )
    .addHelpText('after', examples('mctl secrets list', 'mctl secrets export billing api --reveal'));
  secrets
    .command('list')
    .summary('list names and versions')
    .description('Lists which secrets have a value, with version, time and who entered it. Never a value.')
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples('mctl secrets list', 'mctl secrets list --json'))
    .action(async (options: { json?: boolean }) => (await import('./secrets/list-command.js')).listSecrets(options));
  secrets
    .command('export')
    .summary('print the values of a service, for another store')
    .description(
      'Prints the values of one service as a JSON object, to be piped into the store that the cluster reads. The audit trail has ' +
        'who did it, names and versions.',
    )
    .argument('<team>', 'the team')
    .argument('<service>', 'the service')
    .option('--reveal', 'really print values in clear; without it nothing is printed')
    .option('--user <login>', 'who does it, for the audit trail (default: the first of MCTL_ADMINS)')
    .addHelpText(
      'after',
      examples(
        'mctl secrets export billing api --reveal | vault kv put -mount=secret teams/billing/api -',
        'mctl secrets export billing api --reveal --user ada > /dev/shm/api.json',
      ),
    )
    .action(async (team: string, service: string, options: { reveal?: boolean; user?: string }) =>
      (await import('./secrets/export-command.js')).exportSecrets(team, service, options),
    );
  secrets
    .command('rekey')
    .summary('seal all values with another key')
    .description(
      'Opens every value with the key of the settings and seals it with that of a file, in one transaction. Afterwards ' +
        'MCTL_SECRETS_KEY_FILE must name the file.',
    )
    .requiredOption('--to <file>', 'file with the new key: 32 bytes in base64 or hex')
    .addHelpText('after', examples('openssl rand -base64 32 > secrets.key', 'mctl secrets rekey --to secrets.key'))
    .action(async (options: { to: string }) => (await import('./secrets/rekey-command.js')).rekeySecrets(options));
}

function addEnv(program: Command): void {
  program
    .command('env')
    .summary('show the settings')
    .description(
      'Prints every setting with its value, its default and what it is for, and says what is wrong with them.',
    )
    .option('--example', 'print the text of .env.example')
    .addHelpText('after', examples('mctl env', 'mctl env --example > .env'))
    .action(async (options: { example?: boolean }) => (await import('./show-settings.js')).showSettings(options));
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('find out what is wrong')
    .description(
      'Looks at Node, git, the settings, the data folder, the store, the port, the remote with its credential and branch, the repository ' +
        'and the clock: one line each, with the way out below it. Changes nothing; works before the first start and beside a server. ' +
        'Exits with 1 where something has failed; warnings do not count.',
    )
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      examples('mctl doctor', 'mctl doctor --json | jq \'.checks[] | select(.status == "failed")\''),
    )
    .action(async (options: { json?: boolean }) => (await import('./doctor/doctor.js')).doctor(options));
}

function waitSeconds(text: string): number {
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : Infinity;
  if (seconds > MAX_WAIT_SECONDS) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${MAX_WAIT_SECONDS}.`);
  }
  return seconds;
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
