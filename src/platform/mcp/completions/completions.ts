import { Inject, Injectable } from '@nestjs/common';
import type { CompleteRequest } from '@modelcontextprotocol/server';
import { Access } from '../../auth/access';
import type { Actor } from '../../auth/actor';
import { InvalidInput } from '../../errors';
import { type FieldSpec, fieldsOf, fits } from '../../schema';
import type { Bounds } from '../bounds';
import { PromptCatalog } from '../prompts/prompt-catalog';
import type { ProtocolBinding, ProtocolPart } from '../protocol-parts';
import { ResourceCatalog } from '../resources/resource-catalog';
import { variablesOf } from '../resources/resource.decorators';
import { hasHidden } from '../../text/hidden';
import { Unguarded } from '../unguarded';
import { complete, type Completion } from './rank';

/** Other arguments that the caller has chosen already. */
export type Chosen = Readonly<Record<string, string>>;

/**
 * Every value an argument may have, the likeliest first. A team in `chosen` is one that the caller sees; without one a source answers
 * of all such teams.
 */
export type CompletionSource = (actor: Actor, chosen: Chosen) => Promise<readonly string[]>;

/** Longest text that is compared; no name of ours is longer. */
const LONGEST_TYPED = 200;
const NOTHING: Completion = { values: [], total: 0, hasMore: false };

/** `completion/complete` for the arguments of prompts and the variables of resource templates, by the argument's name. */
@Injectable()
export class Completions implements ProtocolPart {
  readonly capabilities = { completions: {} };
  private readonly sources = new Map<string, CompletionSource>();

  constructor(
    @Inject(PromptCatalog) private readonly prompts: PromptCatalog,
    @Inject(ResourceCatalog) private readonly resources: ResourceCatalog,
    @Inject(Access) private readonly access: Access,
    @Inject(Unguarded) private readonly unguarded: Unguarded,
  ) {}

  /** Features name the arguments whose values they know. */
  add(argument: string, source: CompletionSource): void {
    this.sources.set(argument, source);
  }

  get names(): string[] {
    return [...this.sources.keys()].sort();
  }

  bind(binding: ProtocolBinding): void {
    binding.handle('completion/complete', ({ params }) =>
      this.unguarded.answer(binding, 'completion/complete', async (actor, bounds) => ({
        completion: await this.answer(actor, bounds, params as unknown as CompleteRequest['params']),
      })),
    );
  }

  private async answer(actor: Actor, bounds: Bounds, asked: CompleteRequest['params']): Promise<Completion> {
    const { argument, context } = asked;
    const fields = this.argumentsOf(asked.ref, bounds);
    const spec = fields.get(argument.name);
    if (!spec) throw unknownArgument(argument.name, [...fields.keys()]);
    const chosen: Chosen = context?.arguments ?? {};
    const source = this.sources.get(argument.name);
    if (!source || !(await this.isVisible(actor, chosen.team))) return NOTHING;
    // Names and tags come from git: what the argument would refuse is no value to offer.
    const values = (await source(actor, chosen)).filter((value) => fits(spec, value) && !hasHidden(value));
    return complete(values, argument.value.slice(0, LONGEST_TYPED));
  }

  private argumentsOf(ref: CompleteRequest['params']['ref'], bounds: Bounds): ReadonlyMap<string, FieldSpec> {
    if (ref.type !== 'ref/resource') return fieldsOf(this.prompts.get(ref.name, bounds).input);
    const { uri, input } = this.resources.template(ref.uri, bounds);
    const variables = variablesOf(uri);
    return new Map([...fieldsOf(input)].filter(([name]) => variables.includes(name)));
  }

  /** A team that the caller is not in has nothing to complete, as one that does not exist. */
  private async isVisible(actor: Actor, team: string | undefined): Promise<boolean> {
    return team === undefined || team === '' || (await this.access.visibleTeams(actor)).includes(team);
  }
}

function unknownArgument(name: string, allowed: readonly string[]): InvalidInput {
  return new InvalidInput('There is no such argument.', {
    field: 'argument.name',
    got: name.slice(0, 100),
    allowed,
    fix: `There are: ${allowed.join(', ')}.`,
  });
}
