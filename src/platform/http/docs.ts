import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Config } from '../config';
import { packageVersion } from '../package-root';
import { OperationRegistry } from '../operations/registry';
import { describeOperations } from './openapi-operations';

/** The OpenAPI document: routes as declared, plus one path per operation with its own schemas. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('MCTL')
    .setDescription('The REST mirror of the MCP tools. Both doors share inputs, rules, answers and errors.')
    .setVersion(packageVersion)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth();
  return describeOperations(
    SwaggerModule.createDocument(app, builder.build(), { autoTagControllers: false }),
    app.get(OperationRegistry).all(),
  );
}

export function setUpDocs(app: INestApplication, _config: Config): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= openApiDocument(app)), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}
