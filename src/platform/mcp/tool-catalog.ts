import { Inject, Injectable } from '@nestjs/common';
import type { Tool } from '@modelcontextprotocol/server';
import { Access } from '../auth/access';
import type { AccessRule } from '../auth/access-rule';
import type { Actor } from '../auth/actor';
import { Config } from '../config';
import { ROLES } from '../gitops';
import { type Bounds, isWithin, narrowest } from './bounds';
import { listingOf } from './tool-listing';
import type { ToolDeclaration } from './tool.decorators';
import type { ToolGroup } from './toolsets';

/** Level of administrators, beyond that of every role. */
export const TOP_LEVEL = ROLES.length;
/** Most lists that are kept: one per level and bound that is really asked for; whoever invents combinations evicts nobody's memory. */
const MAX_LISTS = 100;

interface CatalogEntry {
  readonly declaration: ToolDeclaration;
  readonly group: ToolGroup | undefined;
  readonly listing: Tool;
}

/** All tools of this server, and which of them a caller may use. The list is a courtesy; the guard decides at the call. */
@Injectable()
export class ToolCatalog {
  private tools = new Map<string, CatalogEntry>();
  private readonly lists = new Map<string, Tool[]>();

  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Takes the declarations found at start; sorted by name, so that clients can cache the list. */
  fill(found: readonly Pick<CatalogEntry, 'declaration' | 'group'>[]): void {
    const sorted = [...found].sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
    this.tools = new Map(
      sorted.map((each) => [each.declaration.name, { ...each, listing: listingOf(each.declaration) }]),
    );
    this.lists.clear();
  }

  /** What a tool asks of its caller; undefined where there is none of this name. */
  accessOf(name: string): AccessRule | undefined {
    return this.tools.get(name)?.declaration.access;
  }

  groupOf(name: string): ToolGroup | undefined {
    return this.tools.get(name)?.group;
  }

  get declarations(): ToolDeclaration[] {
    return [...this.tools.values()].map(({ declaration }) => declaration);
  }

  /**
   * What a connection asks to be left of the toolsets that the settings leave. Of `MCTL_READ_ONLY` there is no word here: what refuses
   * writes then is behind both doors, for operations that no tool calls as well.
   */
  within(connection: Bounds): Bounds {
    return narrowest(connection, this.settings);
  }

  private get settings(): Bounds {
    const { toolsets } = this.config.values;
    return { isReadOnly: false, ...(toolsets.length > 0 && { toolsets: new Set(toolsets) }) };
  }

  /** Whether there is such a tool within the bounds of a connection and of the settings, read-only included. */
  offers(name: string, connection: Bounds): boolean {
    const tool = this.tools.get(name);
    return tool !== undefined && isWithin(this.effective(connection), tool.group, tool.declaration.access.kind);
  }

  private effective(connection: Bounds): Bounds {
    const bounds = this.within(connection);
    return { ...bounds, isReadOnly: bounds.isReadOnly || this.config.values.readOnly };
  }

  /** What `tools/list` answers this caller: tools that no role of theirs opens, or that are out of bounds, are left out. */
  async visibleTo(actor: Actor, connection: Bounds): Promise<Tool[]> {
    const best = actor.isAdmin
      ? TOP_LEVEL
      : Math.max(-1, ...(await this.access.teamsOf(actor)).map(({ role }) => ROLES.indexOf(role)));
    return this.listFor(best, this.effective(connection));
  }

  /** Built once per level and bounds, and the same array from then on. */
  private listFor(level: number, bounds: Bounds): Tool[] {
    const key = `${level} ${bounds.isReadOnly} ${bounds.toolsets ? [...bounds.toolsets].sort().join() : '*'}`;
    const known = this.lists.get(key);
    if (known) return known;
    const list = [...this.tools.values()]
      .filter(
        ({ declaration, group }) => levelOf(declaration) <= level && isWithin(bounds, group, declaration.access.kind),
      )
      .map(({ listing }) => listing);
    if (this.lists.size < MAX_LISTS) this.lists.set(key, list);
    return list;
  }
}

/** The least index in ROLES that opens a tool; -1 for everybody, beyond the last for administrators. */
export function levelOf({ access }: Pick<ToolDeclaration, 'access'>): number {
  if (access.role === 'any') return -1;
  return access.role === 'admin' ? TOP_LEVEL : ROLES.indexOf(access.role);
}
