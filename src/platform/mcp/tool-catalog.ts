import { Inject, Injectable } from '@nestjs/common';
import type { Tool } from '@modelcontextprotocol/server';
import { Access } from '../auth/access';
import type { AccessRule } from '../auth/access-rule';
import type { Actor } from '../auth/actor';
import { Config } from '../config';
import { ROLES } from '../gitops';
import { listingOf } from './tool-listing';
import type { ToolDeclaration } from './tool.decorators';

/** All tools of this server, and which of them a caller may use. The list is a courtesy; the guard decides at the call. */
@Injectable()
export class ToolCatalog {
  private tools: { declaration: ToolDeclaration; listing: Tool }[] = [];

  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Takes the declarations found at start; sorted by name, so that clients can cache the list. */
  fill(declarations: readonly ToolDeclaration[]): void {
    this.tools = declarations
      .filter(({ access }) => access.kind === 'read' || !this.config.values.readOnly)
      .map((declaration) => ({ declaration, listing: listingOf(declaration) }))
      .sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
  }

  /** What a tool asks of its caller; undefined where there is none of this name. */
  accessOf(name: string): AccessRule | undefined {
    return this.tools.find(({ declaration }) => declaration.name === name)?.declaration.access;
  }

  get declarations(): ToolDeclaration[] {
    return this.tools.map(({ declaration }) => declaration);
  }

  /** What `tools/list` answers this caller: tools that no role of theirs opens are left out. */
  async visibleTo(actor: Actor): Promise<Tool[]> {
    const best = actor.isAdmin
      ? ROLES.length
      : Math.max(-1, ...(await this.access.teamsOf(actor)).map(({ role }) => ROLES.indexOf(role)));
    return this.tools.filter(({ declaration }) => levelOf(declaration) <= best).map(({ listing }) => listing);
  }
}

/** The least index in ROLES that opens a tool; -1 for everybody, beyond the last for administrators. */
function levelOf({ access }: ToolDeclaration): number {
  if (access.role === 'any') return -1;
  return access.role === 'admin' ? ROLES.length : ROLES.indexOf(access.role);
}
