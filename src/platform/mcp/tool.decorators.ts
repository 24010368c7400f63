import { applyDecorators, SetMetadata } from '@nestjs/common';
import { Tool } from '@rekog/mcp-nest';
import { type AccessRule, Allow } from '../auth/access-rule';
import { ruleOf } from '../auth/access-rules';
import type { Operation } from '../operations/operation';
import { type SchemaClass, standardSchemaOf } from '../schema';

/** What a tool shows of itself. One declaration gives the listing, the guard's rule and the docs. */
export interface ToolDeclaration {
  readonly name: string;
  readonly title: string;
  /** For assistants; at most 400 characters. */
  readonly description: string;
  readonly input: SchemaClass;
  readonly answer: SchemaClass;
  readonly access: AccessRule;
  readonly idempotent: boolean;
}

export const TOOL_DECLARATION = 'mctl:tool';

/** A tool that changes nothing. */
export function ReadTool(
  read: Omit<ToolDeclaration, 'access' | 'idempotent'> & Pick<AccessRule, 'role' | 'team'>,
): MethodDecorator {
  const { role, team, ...declaration } = read;
  return declare({ ...declaration, idempotent: true, access: { name: read.name, kind: 'read', role, team } });
}

/** The tool of an operation. */
export function OperationTool(operation: Operation): MethodDecorator {
  const { tool, title, description, input, answer, idempotent } = operation;
  return declare({ name: tool, title, description, input, answer, idempotent, access: ruleOf(operation) });
}

function declare(declaration: ToolDeclaration): MethodDecorator {
  const { name, description, input, answer, access } = declaration;
  return applyDecorators(
    Tool({
      name,
      description,
      parameters: { ...standardSchemaOf(input) },
      outputSchema: { ...standardSchemaOf(answer) },
    }),
    Allow(access),
    SetMetadata(TOOL_DECLARATION, declaration),
  );
}
