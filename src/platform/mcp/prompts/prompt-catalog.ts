import { Inject, Injectable } from '@nestjs/common';
import type { Prompt } from '@modelcontextprotocol/server';
import type { Actor } from '../../auth/actor';
import { Config } from '../../config';
import { NotFound } from '../../errors';
import { bodyOf } from '../../http/error.filter';
import { fieldsOf } from '../../schema';
import { nearest } from '../../text/nearest';
import type { ProtocolBinding, ProtocolPart } from '../protocol-parts';
import { ToolCatalog } from '../tool-catalog';
import { refusal } from '../tool-error';
import { Unguarded } from '../unguarded';
import { PROMPT_DECLARATION, type PromptDeclaration } from './prompt.decorators';

/** All prompts of this server: their list per caller, and the call of one by name. */
@Injectable()
export class PromptCatalog implements ProtocolPart {
  /** Nothing changes while the server runs, and without sessions nothing could be announced. */
  readonly capabilities = { prompts: { listChanged: false } };
  private prompts: { declaration: PromptDeclaration; listing: Prompt }[] = [];

  constructor(
    @Inject(Unguarded) private readonly unguarded: Unguarded,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
    @Inject(Config) private readonly config: Config,
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

  /** @throws NotFound that names those there are. */
  get(name: string): PromptDeclaration {
    const found = this.prompts.find(({ declaration }) => declaration.name === name)?.declaration;
    if (found && this.makesSense(found)) return found;
    const known = this.declarations.filter((each) => this.makesSense(each)).map((each) => each.name);
    throw new NotFound('There is no such prompt.', {
      code: 'prompt_not_found',
      field: 'name',
      allowed: nearest(name, known) ?? known,
      fix: `There are: ${known.join(', ') || 'none'}.`,
    });
  }

  bind(binding: ProtocolBinding): void {
    const { actor } = binding;
    binding.handle('prompts/list', () =>
      this.unguarded.answer(actor, 'prompts/list', async (caller) => ({ prompts: await this.visibleTo(caller) })),
    );
    binding.wrap('prompts/get', (next) => (request, context) => {
      this.require(String(request.params?.name), actor);
      // An input class reads absent arguments as none; the library would hand on `undefined`.
      return next({ ...request, params: { ...request.params, arguments: request.params?.arguments ?? {} } }, context);
    });
  }

  private require(name: string, actor: Actor | undefined): void {
    try {
      this.get(name);
    } catch (error) {
      throw refusal(error, bodyOf(error, actor?.via.requestId ?? 'unknown'));
    }
  }

  private async visibleTo(actor: Actor): Promise<Prompt[]> {
    const isOpen = await this.unguarded.openTo(actor);
    return this.prompts
      .filter(({ declaration }) => isOpen(declaration.access) && this.makesSense(declaration))
      .map(({ listing }) => listing);
  }

  /** Read-only, a prompt that ends in a write would lead to a refusal. */
  private makesSense({ tools }: PromptDeclaration): boolean {
    return tools.every((tool) => {
      const rule = this.tools.accessOf(tool);
      return rule !== undefined && (rule.kind === 'read' || !this.config.values.readOnly);
    });
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
