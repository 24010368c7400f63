import { z } from 'zod';
import { log } from '../../logging';
import { VaultUnavailable } from './vault-faults';
import type { VaultAnswer, VaultRequest } from './vault-http';
import type { Vault } from './vault';

/** What MCTL notes of a value beside it: KV counts versions of all values of a path together. */
const noted = z.object({ version: z.int().positive(), at: z.string(), by: z.string() });
export type Noted = z.output<typeof noted>;

/** What lies at a path, without a value. */
export interface KvState {
  /** Sorted; none where the newest version was deleted. */
  readonly names: readonly string[];
  /** Of the path; 0 where there never was anything. */
  readonly version: number;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly notes: ReadonlyMap<string, Noted>;
}

const metadata = z.object({
  version: z.int().nonnegative(),
  created_time: z.string(),
  custom_metadata: z.record(z.string(), z.string()).nullish(),
});
const looked = z.object({ data: z.object({ subkeys: z.record(z.string(), z.unknown()).nullable(), metadata }) });
const written = z.object({ data: z.object({ version: z.int().positive() }) });
const values = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()).nullable() }) });
const listed = z.object({ data: z.object({ keys: z.array(z.string()) }) });

const NOTE = 'mctl:';
const NOTHING: KvState = { names: [], version: 0, createdAt: '', notes: new Map() };
/** Folders below a team's that are looked into; ours are two deep. Whatever lay deeper would be left for the next team of the name. */
const DEPTH = 10;

/** One mount of the KV secrets engine, version 2 (Vault 1.10 or newer, OpenBao). Paths are segments, never text put together. */
export class Kv {
  private readonly mount: readonly string[];

  constructor(
    private readonly vault: Pick<Vault, 'ask'>,
    mount: string,
  ) {
    this.mount = mount.split('/');
  }

  /** Asks for names without values: what MCTL never reads it cannot lose. */
  async look(path: readonly string[]): Promise<KvState> {
    const answer = await this.ask('GET', 'subkeys', path, { query: { depth: '1' } });
    const found = looked.safeParse(answer.body);
    // What was deleted answers 404 as well, and with its version, which the next write has to name.
    if (!found.success) return this.nothing(answer);
    const { subkeys, metadata: facts } = found.data.data;
    return {
      names: Object.keys(subkeys ?? {}).sort(),
      version: facts.version,
      createdAt: new Date(facts.created_time).toISOString(),
      notes: notesOf(facts.custom_metadata ?? {}),
    };
  }

  /**
   * Sets values and leaves their neighbours as they are, if the path is still as `state` says.
   * @returns false where somebody else was faster.
   */
  async set(
    path: readonly string[],
    data: Readonly<Record<string, string>>,
    { names, version }: KvState,
  ): Promise<boolean> {
    // A patch merges at the server, and only into what is there.
    const method = names.length > 0 ? 'PATCH' : 'POST';
    const answer = await this.ask(method, 'data', path, { body: { options: { cas: version }, data } });
    if (isOutrun(answer)) return false;
    parsed(written, answer);
    return true;
  }

  /** Takes values out of the newest version, if it is still as `state` says. Their neighbours stay. */
  async unset(path: readonly string[], names: readonly string[], { version }: KvState): Promise<void> {
    // RFC 7386: null removes a key.
    const data = Object.fromEntries(names.map((name) => [name, null]));
    const answer = await this.ask('PATCH', 'data', path, { body: { options: { cas: version }, data } });
    if (isOutrun(answer)) throw new VaultUnavailable('vault_contended', 'a value to be taken back');
    parsed(written, answer);
  }

  /** @returns whether there was room: a path takes 64 notes. */
  async note(path: readonly string[], notes: ReadonlyMap<string, Noted>): Promise<boolean> {
    const entries = [...notes].map(([name, note]) => [NOTE + name, JSON.stringify(note)]);
    const body = { custom_metadata: Object.fromEntries(entries) as Record<string, string> };
    const { status } = await this.ask('PATCH', 'metadata', path, { body });
    return status < 300;
  }

  /** One value; undefined where there is none. */
  async read(path: readonly string[], name: string): Promise<string | undefined> {
    const answer = await this.ask('GET', 'data', path);
    const found = values.safeParse(answer.body);
    if (!found.success || answer.status === 404) return void this.nothing(answer);
    const value = found.data.data.data?.[name];
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** Every path below this one that holds something or did, sorted. */
  async below(path: readonly string[], depth = DEPTH): Promise<(readonly string[])[]> {
    const answer = await this.ask('GET', 'metadata', path, { query: { list: 'true' } });
    if (answer.status === 404) {
      this.nothing(answer);
      return [];
    }
    const found: (readonly string[])[] = [];
    for (const key of parsed(listed, answer).data.keys.sort()) {
      const folder = key.endsWith('/');
      const inner = [...path, folder ? key.slice(0, -1) : key];
      if (!folder) found.push(inner);
      else if (depth === 1) throw new VaultUnavailable('vault_too_deep', `${DEPTH} levels`);
      else found.push(...(await this.below(inner, depth - 1)));
    }
    return found;
  }

  /** Removes every version of what lies at a path, and what is known of it. It is gone for good. */
  async destroy(path: readonly string[]): Promise<void> {
    await this.ask('DELETE', 'metadata', path);
  }

  private ask(
    method: VaultRequest['method'],
    part: 'data' | 'metadata' | 'subkeys',
    path: readonly string[],
    more: Pick<VaultRequest, 'query' | 'body'> = {},
  ): Promise<VaultAnswer> {
    return this.vault.ask({ method, path: [...this.mount, part, ...path], ...more });
  }

  /** @throws VaultUnavailable where the answer means that the engine is not there, and not that the path is empty. */
  private nothing({ status, body }: VaultAnswer): KvState {
    const { errors, warnings } = (body ?? {}) as { errors?: readonly string[] | null; warnings?: unknown };
    if (status === 404 && !errors?.length && !warnings) return NOTHING;
    throw otherThanKv(status);
  }
}

/** The path is no longer as it was looked at: another version, or deleted. Vault has no code for it, only these words. */
function isOutrun({ status, body }: VaultAnswer): boolean {
  if (status === 404) return true;
  const { errors } = (body ?? {}) as { errors?: readonly unknown[] | null };
  return status === 400 && String(errors?.[0]).includes('check-and-set parameter did not match');
}

function parsed<T>(shape: z.ZodType<T>, { status, body }: VaultAnswer): T {
  const result = shape.safeParse(body);
  if (status < 300 && result.success) return result.data;
  throw otherThanKv(status);
}

function otherThanKv(status: number): VaultUnavailable {
  const seen = `status ${status} in another form than KV version 2 has`;
  log.warn({ code: 'vault_misconfigured', seen }, 'Vault could not be used');
  return new VaultUnavailable('vault_misconfigured', seen);
}

/** Notes that somebody else wrote in another form are none. */
function notesOf(custom: Readonly<Record<string, string>>): Map<string, Noted> {
  const notes = new Map<string, Noted>();
  for (const [key, text] of Object.entries(custom)) {
    const note = key.startsWith(NOTE) ? noted.safeParse(dataOf(text)) : undefined;
    if (note?.success) notes.set(key.slice(NOTE.length), note.data);
  }
  return notes;
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
