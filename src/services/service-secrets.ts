import { Inject, Injectable } from '@nestjs/common';
import { type FieldRule, Intakes } from '../intake';
import { Config } from '../platform/config';
import { MctlError } from '../platform/errors';
import { log } from '../platform/logging';
import { callerOf, type StoredAnswer } from '../platform/operations/operation-store';
import type { AnsweredPage, OperationParts, Settled } from '../platform/operations/parts';
import { SecretStore } from '../platform/secrets';
import type { OperationRow } from '../platform/store';
import type { DeployServiceAnswer, DeployServiceInput, RetireServiceInput } from './operations.dto';
import { storedVersions } from './stored-versions';
import { awaited, replaceable, type SecretFacts } from './secret-values.policy';

interface Named {
  readonly team: string;
  readonly service: string;
}

interface Asked {
  readonly missing: readonly string[];
  /** Names that have a value, with its version. */
  readonly known: ReadonlyMap<string, number>;
}

/** What operations on services ask and do about the values of secrets, beyond the repository. */
@Injectable()
export class ServiceSecrets {
  constructor(
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(Intakes) private readonly intakes: Intakes,
    @Inject(Config) private readonly config: Config,
  ) {}

  readonly deploy: OperationParts<DeployServiceInput, SecretFacts> = {
    // Only calls that name secrets ask: all others go on while a store elsewhere is away.
    facts: (input) => (input.secret_names?.length ? this.factsOf(input) : Promise.resolve({ stored: [] })),
    present: (row) => this.present(row),
  };

  readonly retire: OperationParts<RetireServiceInput, SecretFacts> = {
    facts: (input) => this.factsOf(input),
    afterCommit: (settled) => this.remove(settled),
    settle: (transaction, { input: { team, service } }) => this.intakes.close(transaction, team, service),
  };

  get page(): AnsweredPage {
    return this.intakes.page;
  }

  private async factsOf({ team, service }: Named): Promise<SecretFacts> {
    return { stored: await this.secrets.versions(team, service) };
  }

  /** Which values are there, and a new link for those that are not, or that may be replaced. */
  private async present(row: OperationRow): Promise<Partial<DeployServiceAnswer>> {
    const { extra } = JSON.parse(row.answer) as StoredAnswer;
    const { secret_names: names = [] } = extra as Partial<DeployServiceAnswer>;
    if (names.length === 0) return {};
    const input = JSON.parse(row.input) as DeployServiceInput;
    const { team, service } = input;
    const { stored, warnings } = await storedVersions(this.secrets, { team, service });
    const [outage] = warnings;
    if (outage) return { intake: noLink(names, outage.message) };
    const missing = awaited(names, input, stored, row.submitted_at);
    const secrets = names.map((name) => ({
      name,
      version: stored.find((each) => each.name === name)?.version ?? null,
    }));
    const known = replaceable(names, input, stored, row.submitted_at);
    if (missing.length + known.size === 0) return { secrets };
    return { secrets, intake: await this.open(row, { team, service }, { missing, known }) };
  }

  /** The operation itself is done, or on its way: whatever hinders a page must not hide its answer. */
  private async open(
    row: OperationRow,
    { team, service }: Named,
    { missing, known }: Asked,
  ): Promise<DeployServiceAnswer['intake']> {
    const names = [...missing, ...known.keys()].sort();
    const rules = new Map([...known].map(([name, version]): [string, FieldRule] => [name, { version }]));
    try {
      const purpose = `environment ${names.length === 1 ? 'variable' : 'variables'} of ${service}`;
      const link = await this.intakes.open(callerOf(row, this.config), { team, service, names, purpose, rules });
      return { ...link, names, next_step: nextStep(known) };
    } catch (error) {
      if (!(error instanceof MctlError)) log.error({ err: error, workflow: row.workflow }, 'no intake could be opened');
      const words =
        error instanceof MctlError ? `${error.message} ${error.details.fix ?? ''}` : 'No link could be made.';
      return noLink(names, words);
    }
  }

  private async remove({ input }: Pick<Settled<RetireServiceInput>, 'input'>): Promise<void> {
    const { team, service, delete_secrets } = input;
    if (!delete_secrets) return;
    // Before: nobody enters a value any more that would outlive this.
    await this.intakes.closeNow(team, service);
    await this.secrets.remove(team, service);
  }
}

function noLink(names: readonly string[], why: string): NonNullable<DeployServiceAnswer['intake']> {
  const next_step = `${why} Then call again with the same secret_names.`;
  return { url: null, expires_at: null, names: [...names], next_step };
}

function nextStep(known: ReadonlyMap<string, number>): string {
  const each = [...known].map(([name, version]) => `${name} has version ${version}`).join(', ');
  const it = known.size === 1 ? 'it is' : 'one is';
  return known.size === 0 ? GIVE_LINK : `${each}; enter a new value here only if ${it} to be replaced. ${GIVE_LINK}`;
}

const GIVE_LINK =
  'Give this link to the person you work for and to nobody else. They open it in a browser, sign in and enter the values; never ask for a value yourself. ' +
  'mctl_get_service_config shows when the values are there.';
