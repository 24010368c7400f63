import type { OpenAPIObject } from '@nestjs/swagger';
import type { Operation } from '../operations/operation';
import { fieldsOf, jsonSchemaOf, type SchemaClass } from '../schema';

const TEMPLATE = '/api/v1/operations/{operation}/execute';

/** Replaces the one generic route by a documented path per operation. */
export function describeOperations(document: OpenAPIObject, operations: readonly Operation[]): OpenAPIObject {
  const { [TEMPLATE]: generic, ...paths } = document.paths;
  if (!generic) return document;
  const described = operations.map(
    (operation) => [TEMPLATE.replace('{operation}', operation.name), { post: describe(operation) }] as const,
  );
  return { ...document, paths: { ...paths, ...(Object.fromEntries(described) as OpenAPIObject['paths']) } };
}

function describe({ name, title, description, kind, input, answer }: Operation): object {
  const body = { 'application/json': { schema: jsonSchemaOf(answer, 'output') } };
  return {
    tags: ['operations'],
    operationId: name,
    summary: title,
    description,
    security: [{ bearer: [] }],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: jsonSchemaOf(input, 'input'), example: exampleOf(input) } },
    },
    responses: {
      200: { description: 'The plan of a dry run, or the operation has ended.', content: body },
      202: { description: 'Accepted; the workflow goes on.', content: body },
      ...(kind === 'destructive' && {
        428: { description: 'The plan, and a confirm_token to call again with.', content: body },
      }),
      400: { description: 'Arguments are not valid.' },
      401: { description: 'No valid token.' },
      403: { description: 'Your role does not suffice.' },
      404: { description: 'It does not exist, or not for you.' },
      409: { description: 'The present state does not permit it.' },
      429: { description: 'Too many calls.' },
      503: { description: 'Something MCTL needs does not answer.' },
    },
  };
}

/** Values a reader recognises; an argument without one shows its first allowed value. */
const EXAMPLES: Readonly<Record<string, string>> = { team: 'billing', service: 'payment-api' };

/** Only what is required, and nothing is written: what "Try it out" starts from. */
function exampleOf(input: SchemaClass): object {
  const required = [...fieldsOf(input)].filter(([, spec]) => spec.optional !== true && spec.default === undefined);
  const values = required.map(([name, spec]) => [
    name,
    EXAMPLES[name] ?? (spec.kind === 'string' ? spec.enum?.[0] : undefined) ?? '',
  ]);
  return { ...(Object.fromEntries(values) as object), dry_run: true };
}
