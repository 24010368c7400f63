import type { AccessRule } from '../../auth/access-rule';
import type { SchemaClass } from '../../schema';

/** What a resource shows of itself. One declaration gives the listing, the completions and the guard's rule. */
export interface ResourceDeclaration {
  /** `mctl://…`; a template where it has variables, which are fields of `input`. */
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: SchemaClass;
  /** The rule of the tool that shows the same, under that tool's name. */
  readonly access: AccessRule;
}

export const RESOURCE_DECLARATION = 'mctl:resource';
