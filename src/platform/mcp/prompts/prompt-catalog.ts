import { Inject, Injectable } from '@nestjs/common';
import type { Prompt } from '@modelcontextprotocol/server';
import type { AccessRule } from '../../auth/access-rule';
import type { Actor } from '../../auth/actor';
import { NotFound } from '../../errors';
import { fieldsOf } from '../../schema';
import { nearest } from '../../text/nearest';
import type { Bounds } from '../bounds';
import type { ProtocolBinding, ProtocolPart } from '../protocol-parts';
import { ToolCatalog } from '../tool-catalog';
import { Unguarded } from '../unguarded';
import { PROMPT_DECLARATION, type PromptDeclaration } from './prompt.decorators';

/** All prompts of this server: their list per caller, and the call of one by name. */
@Injectable()
export class PromptCatalog implements ProtocolPart {
  /** Nothing changes while the server runs; left out, the SDK would declare that changes are announced. */
  readonly capabilities = { prompts: { listChanged: false } };
  private prompts: { declaration: PromptDeclaration; listing: Prompt }[] = [];

  constructor(
    @Inject(Unguarded) private readonly unguarded: Unguarded,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  start(methods: readonly object[]): void {
    this.prompts = methods
      .flatMap((method) => (Reflect.getMetadata(PROMPT_DECLARATION, method) as PromptDeclaration | undefined) ?? [])
      .map((declaration) => ({ declaration, listing: promptListing(declaration) }))
      .sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
  }

  get declarations(): PromptDeclaration[] {
    return this.prompts.map(({ declaration }) => declaration);
  }

  /** What a prompt asks of its caller; undefined where there is none of this name. */
  accessOf(name: string): AccessRule | undefined {
    return this.declarations.find((each) => each.name === name)?.access;
  }

  /** @throws NotFound that names those there are on this connection. */
  get(name: string, bounds: Bounds): PromptDeclaration {
    const known = this.declarations.filter((each) => this.makesSense(each, bounds));
    const found = known.find((each) => each.name === name);
    if (found) return found;
    const names = known.map((each) => each.name);
    throw new NotFound('There is no such prompt.', {
      code: 'prompt_not_found',
      field: 'name',
      allowed: nearest(name, names) ?? names,
      fix: `There are: ${names.join(', ') || 'none'}.`,
    });
  }

  bind(binding: ProtocolBinding): void {
    binding.handle('prompts/list', () =>
      this.unguarded.answer(binding, 'prompts/list', async (actor, bounds) => ({
        prompts: await this.visibleTo(actor, bounds),
      })),
    );
    binding.wrap('prompts/get', (next) => (request, context) => {
      this.get(String(request.params?.name), binding.bounds);
      // An input class reads absent arguments as none; the library would hand on `undefined`.
      return next({ ...request, params: { ...request.params, arguments: request.params?.arguments ?? {} } }, context);
    });
  }

  private async visibleTo(actor: Actor, bounds: Bounds): Promise<Prompt[]> {
    const isOpen = await this.unguarded.openTo(actor);
    return this.prompts
      .filter(({ declaration }) => isOpen(declaration.access) && this.makesSense(declaration, bounds))
      .map(({ listing }) => listing);
  }

  /** Without one of its tools a prompt would lead to a refusal. */
  private makesSense({ tools }: PromptDeclaration, bounds: Bounds): boolean {
    return tools.every((tool) => this.tools.offers(tool, bounds));
  }
}

/** A prompt as `prompts/list` shows it. */
export function promptListing({ name, title, description, input }: PromptDeclaration): Prompt {
  const args = [...fieldsOf(input)].map(([argument, spec]) => ({
    name: argument,
    ...(spec.description !== undefined && { description: spec.description }),
    required: spec.optional !== true && spec.default === undefined,
  }));
  return { name, title, description, arguments: args };
}
