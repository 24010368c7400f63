import { Inject, Injectable } from '@nestjs/common';
import { type Resource, ResourceNotFoundError, type ResourceTemplateType } from '@modelcontextprotocol/server';
import { Access } from '../../auth/access';
import type { AccessRule } from '../../auth/access-rule';
import type { Actor } from '../../auth/actor';
import { InvalidInput } from '../../errors';
import { nearest } from '../../text/nearest';
import type { Bounds } from '../bounds';
import type { ProtocolBinding, ProtocolHandler, ProtocolPart } from '../protocol-parts';
import { ToolCatalog } from '../tool-catalog';
import { Unguarded } from '../unguarded';
import {
  isTemplate,
  JSON_TYPE,
  RESOURCE_DECLARATION,
  type ResourceDeclaration,
  variablesOf,
} from './resource.decorators';
import { expand, matcherOf } from './resource-uri';

/** Teams of the caller that a list shows by name; whoever has more finds the others by completion. */
const MOST_TEAMS = 100;
/** Longest part of a URI that an error repeats. */
const LONGEST_ECHO = 500;
const UNKNOWN = 'There is no such resource. resources/list and resources/templates/list show those there are.';

/** All resources of this server: their lists per caller, and the reading of one by its URI. */
@Injectable()
export class ResourceCatalog implements ProtocolPart {
  /** Nobody is told of changes; left out, the SDK would declare that they are announced. */
  readonly capabilities = { resources: { listChanged: false } };
  private resources: { declaration: ResourceDeclaration; matches: (uri: string) => boolean }[] = [];

  constructor(
    @Inject(Unguarded) private readonly unguarded: Unguarded,
    @Inject(Access) private readonly access: Access,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  start(methods: readonly object[]): void {
    this.resources = methods
      .flatMap((method) => (Reflect.getMetadata(RESOURCE_DECLARATION, method) as ResourceDeclaration | undefined) ?? [])
      .map((declaration) => ({ declaration, matches: matcherOf(declaration.uri) }))
      .sort((a, b) => (a.declaration.uri < b.declaration.uri ? -1 : 1));
  }

  get declarations(): readonly ResourceDeclaration[] {
    return this.resources.map(({ declaration }) => declaration);
  }

  /** What a resource asks of its reader; undefined where there is none of this URI. */
  accessOf(uri: string): AccessRule | undefined {
    return this.resources.find(({ matches }) => matches(uri))?.declaration.access;
  }

  /** @throws InvalidInput that names the templates there are on this connection. */
  template(uri: string, bounds: Bounds): ResourceDeclaration {
    const templates = this.within(bounds).filter((each) => isTemplate(each.uri));
    const found = templates.find((each) => each.uri === uri);
    if (found) return found;
    const known = templates.map((each) => each.uri);
    throw new InvalidInput('There is no such resource template.', {
      code: 'template_not_found',
      field: 'ref.uri',
      allowed: nearest(uri, known) ?? known,
      fix: `There are: ${known.join(', ') || 'none'}.`,
    });
  }

  bind(binding: ProtocolBinding): void {
    binding.handle('resources/list', () =>
      this.unguarded.answer(binding, 'resources/list', async (actor, bounds) => ({
        resources: await this.listFor(actor, bounds),
      })),
    );
    binding.handle('resources/templates/list', () =>
      this.unguarded.answer(binding, 'resources/templates/list', async (actor, bounds) => ({
        resourceTemplates: await this.templatesFor(actor, bounds),
      })),
    );
    binding.wrap('resources/read', (next) => this.reading(next));
  }

  /**
   * Hands on what we know, and the URI only: the library ignores schemes and takes other parameters of the request for variables of
   * the template.
   */
  private reading(next: ProtocolHandler): ProtocolHandler {
    return (request, context) => {
      const uri = String(request.params?.uri);
      if (!this.accessOf(uri)) throw new ResourceNotFoundError(uri.slice(0, LONGEST_ECHO), UNKNOWN);
      return next({ ...request, params: { uri } }, context);
    };
  }

  /** What is there without any name, and the caller's own teams: some clients offer nothing but what a list names. */
  private async listFor(actor: Actor, bounds: Bounds): Promise<Resource[]> {
    const open = await this.openTo(actor, bounds);
    const teams = (await this.access.teamsOf(actor)).slice(0, MOST_TEAMS);
    const ofTeams = open
      .filter(({ uri }) => variablesOf(uri).join() === 'team')
      .flatMap((each) =>
        teams.map(({ name: team }) => ({
          ...resourceListing(each),
          uri: expand(each.uri, { team }),
          name: `${each.name} ${team}`,
          title: `${each.title} ${team}`,
        })),
      );
    return [...open.filter(({ uri }) => !isTemplate(uri)).map(resourceListing), ...ofTeams];
  }

  private async templatesFor(actor: Actor, bounds: Bounds): Promise<ResourceTemplateType[]> {
    return (await this.openTo(actor, bounds)).filter(({ uri }) => isTemplate(uri)).map(templateListing);
  }

  private async openTo(actor: Actor, bounds: Bounds): Promise<ResourceDeclaration[]> {
    const isOpen = await this.unguarded.openTo(actor);
    return this.within(bounds).filter(({ access }) => isOpen(access));
  }

  /** A resource is out of bounds where the tool is that shows the same. */
  private within(bounds: Bounds): ResourceDeclaration[] {
    return this.declarations.filter(({ access }) => this.tools.offers(access.name, bounds));
  }
}

/** A resource as `resources/list` shows it. */
export function resourceListing({ uri, name, title, description }: ResourceDeclaration): Resource {
  return { uri, name, title, description, mimeType: JSON_TYPE };
}

/** A template as `resources/templates/list` shows it. */
export function templateListing({ uri, ...rest }: ResourceDeclaration): ResourceTemplateType {
  const { uri: _uri, ...listing } = resourceListing({ uri, ...rest });
  return { uriTemplate: uri, ...listing };
}
