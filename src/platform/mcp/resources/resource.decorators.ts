import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { Resource, ResourceTemplate } from '@rekog/mcp-nest';
import { type AccessRule, Allow } from '../../auth/access-rule';
import { ResourceContents } from './resource-contents.interceptor';
import { RESOURCE_DECLARATION, type ResourceDeclaration } from './resource-declaration';

export { RESOURCE_DECLARATION, type ResourceDeclaration } from './resource-declaration';

export const JSON_TYPE = 'application/json';

/**
 * A resource that shows what a tool shows, to whom the tool shows it. The method answers the tool's answer, which goes out as JSON.
 * @param tool its name; the contract tests hold role and team against the tool's own declaration.
 */
export function ToolResource(
  resource: Omit<ResourceDeclaration, 'access'> & { readonly tool: string } & Pick<AccessRule, 'role' | 'team'>,
): MethodDecorator {
  const { tool, role, team, ...rest } = resource;
  const { uri, name, description } = rest;
  const access: AccessRule = { name: tool, kind: 'read', role, team };
  const metadata = { name, description, mimeType: JSON_TYPE };
  return applyDecorators(
    isTemplate(uri) ? ResourceTemplate({ uriTemplate: uri, ...metadata }) : Resource({ uri, ...metadata }),
    Allow(access),
    UseInterceptors(ResourceContents),
    SetMetadata(RESOURCE_DECLARATION, { ...rest, access } satisfies ResourceDeclaration),
  );
}

export function isTemplate(uri: string): boolean {
  return uri.includes('{');
}

/** Names of the variables of a template, in their order. */
export function variablesOf(uri: string): string[] {
  return [...uri.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}
