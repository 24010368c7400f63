import { applyDecorators, SetMetadata } from '@nestjs/common';
import { Prompt } from '@rekog/mcp-nest';
import { type AccessRule, Allow } from '../../auth/access-rule';
import type { SchemaClass } from '../../schema';

/** What a prompt shows of itself. One declaration gives the listing, the completions and the guard's rule. */
export interface PromptDeclaration {
  readonly name: string;
  readonly title: string;
  /** For the person who chooses it; at most 400 characters. */
  readonly description: string;
  /** Its arguments; prompts take text only. */
  readonly input: SchemaClass;
  /** Tools that it tells the assistant to call; without one of them it makes no sense, and is not there. */
  readonly tools: readonly string[];
  readonly access: AccessRule;
}

export const PROMPT_DECLARATION = 'mctl:prompt';

/** A prompt about one team: the least role is what its tools ask for. The method answers `promptOf(…)`. */
export function TeamPrompt(
  prompt: Omit<PromptDeclaration, 'access'> & { readonly role: Exclude<AccessRule['role'], 'any' | 'admin'> },
): MethodDecorator {
  const { role, ...rest } = prompt;
  const access: AccessRule = { name: prompt.name, kind: 'read', role, team: 'argument' };
  return applyDecorators(
    Prompt({ name: prompt.name, description: prompt.description }),
    Allow(access),
    SetMetadata(PROMPT_DECLARATION, { ...rest, access } satisfies PromptDeclaration),
  );
}
