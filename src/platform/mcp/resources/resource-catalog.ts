import { Inject, Injectable } from '@nestjs/common';
import {
  ProtocolError,
  type Resource,
  ResourceNotFoundError,
  type ResourceTemplateType,
} from '@modelcontextprotocol/server';
import { Access } from '../../auth/access';
import type { Actor } from '../../auth/actor';
import { InvalidInput } from '../../errors';
import { nearest } from '../../text/nearest';
import type { ProtocolBinding, ProtocolHandler, ProtocolPart } from '../protocol-parts';
import { Unguarded } from '../unguarded';
import {
  isTemplate,
  JSON_TYPE,
  RESOURCE_DECLARATION,
  type ResourceDeclaration,
  variablesOf,
} from './resource.decorators';
import { expand, isReadable, schemeOf } from './resource-uri';

/** Teams of the caller that a list shows by name; whoever has more finds the others by completion. */
const MOST_TEAMS = 100;
const UNKNOWN = 'There is no such resource. resources/list and resources/templates/list show those there are.';

/** All resources of this server: their lists per caller, and the reading of one by its URI. */
@Injectable()
export class ResourceCatalog implements ProtocolPart {
  /** Nobody is told of changes: the server keeps no connection to tell it on. */
  readonly capabilities = { resources: { listChanged: false } };
  private resources: ResourceDeclaration[] = [];
  private schemes: ReadonlySet<string> = new Set();

  constructor(
    @Inject(Unguarded) private readonly unguarded: Unguarded,
    @Inject(Access) private readonly access: Access,
  ) {}

  start(methods: readonly object[]): void {
    this.resources = methods
      .flatMap((method) => (Reflect.getMetadata(RESOURCE_DECLARATION, method) as ResourceDeclaration | undefined) ?? [])
      .sort((a, b) => (a.uri < b.uri ? -1 : 1));
    this.schemes = new Set(this.resources.map(({ uri }) => schemeOf(uri)));
  }

  get declarations(): readonly ResourceDeclaration[] {
    return this.resources;
  }

  /** @throws InvalidInput that names the templates there are. */
  template(uri: string): ResourceDeclaration {
    const templates = this.resources.filter((each) => isTemplate(each.uri));
    const found = templates.find((each) => each.uri === uri);
    if (found) return found;
    const known = templates.map((each) => each.uri);
    throw new InvalidInput('There is no such resource template.', {
      code: 'template_not_found',
      field: 'ref.uri',
      allowed: nearest(uri, known) ?? known,
      fix: `There are: ${known.join(', ')}.`,
    });
  }

  bind(binding: ProtocolBinding): void {
    const { actor } = binding;
    binding.handle('resources/list', () =>
      this.unguarded.answer(actor, 'resources/list', async (caller) => ({ resources: await this.listFor(caller) })),
    );
    binding.handle('resources/templates/list', () =>
      this.unguarded.answer(actor, 'resources/templates/list', async (caller) => ({
        resourceTemplates: await this.templatesFor(caller),
      })),
    );
    binding.wrap('resources/read', (next) => this.reading(next));
  }

  /** Hands on the URI only: the library takes other parameters of the request for variables of the template. */
  private reading(next: ProtocolHandler): ProtocolHandler {
    return async (request, context) => {
      const uri = String(request.params?.uri);
      if (!isReadable(uri, this.schemes)) throw new ResourceNotFoundError(uri.slice(0, 500), UNKNOWN);
      try {
        return await next({ ...request, params: { uri } }, context);
      } catch (error) {
        const isUnmatched = error instanceof ProtocolError && error.message === `Unknown resource: ${uri}`;
        throw isUnmatched ? new ResourceNotFoundError(uri, UNKNOWN) : error;
      }
    };
  }

  /** What is there without any name, and the caller's own teams: some clients offer nothing but what a list names. */
  private async listFor(actor: Actor): Promise<Resource[]> {
    const isOpen = await this.unguarded.openTo(actor);
    const open = this.resources.filter(({ access }) => isOpen(access));
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

  private async templatesFor(actor: Actor): Promise<ResourceTemplateType[]> {
    const isOpen = await this.unguarded.openTo(actor);
    return this.resources.filter(({ uri, access }) => isTemplate(uri) && isOpen(access)).map(templateListing);
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
