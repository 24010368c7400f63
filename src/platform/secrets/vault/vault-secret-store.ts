import { MctlError, Unavailable } from '../../errors';
import { log } from '../../logging';
import type { Store } from '../../store';
import {
  type Kept,
  type KeptNote,
  MayBeKept,
  type NewSecrets,
  type OwnedSecretVersion,
  SecretStore,
  secretPath,
  type SecretVersion,
} from '../secret-store';
import { SecretValue } from '../secret-value';
import { checkSecretText } from '../secret-value.policy';
import type { Kv, KvState, Noted } from './kv';
import { VaultUnavailable } from './vault-faults';

/** Writers of one service that are faster than we, one after the other, until we give up. */
const TRIES = 5;
/** Paths of a team that are looked at together. */
const TOGETHER = 8;

/**
 * Values in Vault's or OpenBao's KV engine of version 2, one path per service, one field per value: what the ExternalSecrets of its service
 * read. Vault is the truth, also of what came there past MCTL.
 *
 * No request is part of a transaction. Values are there a moment before our store notes it, and stay where that fails: whoever entered
 * them is told that they may have arrived, and enters them again.
 */
export class VaultSecretStore extends SecretStore {
  readonly description = 'the Vault of this platform, from which the cluster reads it';
  readonly next = 'External Secrets brings it to the service by itself, within an hour where nothing else is set.';
  readonly knowsAll = true;

  constructor(
    private readonly kv: Kv,
    private readonly store: Pick<Store, 'transaction'>,
  ) {
    super();
  }

  override async put(secrets: NewSecrets, note?: KeptNote): Promise<Kept> {
    for (const [name, value] of secrets.values) checkSecretText(name, value.reveal());
    const kept = secrets.values.size === 0 ? new Map<string, number>() : await this.keep(secrets);
    if (note) {
      await this.store
        .transaction((transaction) => note(transaction, kept))
        .catch((error: unknown) => this.afterRefusal(secrets, error));
    }
    return kept;
  }

  /** What nobody wants any more, e.g. because its team has been deleted meanwhile, must not be there for the next of the name. */
  private async afterRefusal({ values, ...place }: NewSecrets, error: unknown): Promise<never> {
    if (!(error instanceof MctlError) || error instanceof Unavailable) uncertain(error);
    const path = pathOf(place);
    const unsure = (cause: unknown): never => {
      throw new MayBeKept(cause);
    };
    const state = await this.kv.look(path).catch(unsure);
    const isAlone = state.names.every((name) => values.has(name));
    await (isAlone ? this.kv.destroy(path) : this.kv.unset(path, [...values.keys()], state)).catch(unsure);
    throw error;
  }

  /** All values of a path in one request: Vault takes them together or not at all. */
  private async keep({ values, by, ...place }: NewSecrets): Promise<Kept> {
    const path = pathOf(place);
    const texts = Object.fromEntries([...values].map(([name, value]) => [name, value.reveal()]));
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const state = await this.kv.look(path);
      if (!(await this.kv.set(path, texts, state).catch(uncertain))) continue;
      const kept = new Map([...values.keys()].map((name) => [name, (versionOf(name, state)?.version ?? 0) + 1]));
      // By our own clock, as calls are: which of the two came first decides whether a value is awaited.
      const at = new Date().toISOString();
      await this.note(path, new Map([...kept].map(([name, version]) => [name, { version, at, by }])), place);
      return kept;
    }
    throw new VaultUnavailable('vault_contended', `${TRIES} tries`);
  }

  /** The values are there by now: that their note is not must not make it look as if they were not. */
  private async note(path: readonly string[], notes: ReadonlyMap<string, Noted>, place: object): Promise<void> {
    try {
      if (await this.kv.note(path, notes)) return;
      log.info(place, 'Vault takes no note of these values; their version is that of their path');
    } catch (error) {
      if (!(error instanceof VaultUnavailable)) throw error;
      log.warn(
        { ...place, code: error.code },
        'Vault takes no note of these values; their version is that of their path',
      );
    }
  }

  override async versions(team: string, service: string): Promise<SecretVersion[]> {
    return versionsIn(await this.kv.look(pathOf({ team, service })));
  }

  override async has(team: string, service: string, names: readonly string[]): Promise<Set<string>> {
    const state = await this.kv.look(pathOf({ team, service }));
    return new Set(names.filter((name) => state.names.includes(name)));
  }

  override async read(team: string, service: string, name: string): Promise<SecretValue | undefined> {
    const text = await this.kv.read(pathOf({ team, service }), name);
    return text === undefined ? undefined : new SecretValue(text);
  }

  override async ofTeam(team: string): Promise<OwnedSecretVersion[]> {
    const top = teamPath(team);
    const paths = await this.kv.below(top);
    const all: OwnedSecretVersion[] = [];
    for (let start = 0; start < paths.length; start += TOGETHER) {
      const part = paths.slice(start, start + TOGETHER);
      const states = await Promise.all(part.map((path) => this.kv.look(path)));
      for (const [index, path] of part.entries()) {
        const service = path.slice(top.length).join('/');
        const state = states[index];
        if (state) {
          all.push(...versionsIn(state).map((each) => ({ ...each, team, service, by: byOf(each.name, state) })));
        }
      }
    }
    return all;
  }

  override async remove(team: string, service?: string): Promise<number> {
    if (service !== undefined) {
      const { names } = await this.kv.look(pathOf({ team, service }));
      await this.kv.destroy(pathOf({ team, service }));
      return names.length;
    }
    const { length } = await this.ofTeam(team);
    // Also what lies at the team's own path, and what was deleted and could be restored: the next team of the name must not get it.
    for (const path of [...(await this.kv.below(teamPath(team))), teamPath(team)]) await this.kv.destroy(path);
    return length;
  }
}

/** @throws MayBeKept, but for a fault of Vault's that says that nothing was kept. */
function uncertain(error: unknown): never {
  throw error instanceof VaultUnavailable && !error.isOutcomeUnknown ? error : new MayBeKept(error);
}

function pathOf(place: { readonly team: string; readonly service: string }): string[] {
  return secretPath(place).split('/');
}

function teamPath(team: string): string[] {
  return ['teams', team];
}

function versionsIn(state: KvState): SecretVersion[] {
  return state.names.flatMap((name) => versionOf(name, state) ?? []);
}

/** As noted, otherwise the version and time of the path. */
function versionOf(name: string, { names, notes, version, createdAt }: KvState): SecretVersion | undefined {
  if (!names.includes(name)) return undefined;
  const note = notes.get(name);
  return { name, version: note?.version ?? version, updated_at: note?.at ?? createdAt };
}

function byOf(name: string, { notes }: KvState): string {
  return notes.get(name)?.by ?? 'unknown';
}
