import { applyDecorators, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type AccessRule, Allow } from '../auth/access-rule';
import { fieldsOf, jsonSchemaOf, type SchemaClass } from '../schema';

type OpenApiSchema = Extract<Parameters<typeof ApiOkResponse>[0], { schema: object }>['schema'];

export interface ReadRouteOptions extends Pick<AccessRule, 'role' | 'team'> {
  readonly tag: string;
  readonly summary: string;
  readonly input: SchemaClass;
  readonly answer: SchemaClass;
}

/** A route that changes nothing: path, access and documentation from one declaration, the schemas from the DTO classes. */
export function ReadRoute(
  path: string,
  { tag, summary, role, team, input, answer }: ReadRouteOptions,
): MethodDecorator {
  return applyDecorators(
    Get(path),
    Allow({ name: path, kind: 'read', role, team }),
    ApiTags(tag),
    ApiBearerAuth(),
    ApiOperation({ summary }),
    ApiOkResponse({ description: summary, schema: jsonSchemaOf(answer, 'output') }),
    ...parameters(path, input),
  );
}

function parameters(path: string, input: SchemaClass): MethodDecorator[] {
  const { properties } = jsonSchemaOf(input, 'input') as { properties: Record<string, { description?: string }> };
  return [...fieldsOf(input)].map(([name, spec]) => {
    const { description, ...schema } = properties[name] ?? {};
    const isInPath = path.split('/').includes(`:${name}`);
    if (isInPath) return ApiParam({ name, description, schema });
    return ApiQuery({
      name,
      description,
      required: !spec.optional && spec.default === undefined,
      schema: schema as OpenApiSchema,
    });
  });
}
