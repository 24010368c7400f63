/** Groups of tools that can be left out together, each the tools of one feature. */
export const TOOLSETS = [
  'databases',
  'domains',
  'incidents',
  'openclaw',
  'operations',
  'previews',
  'repositories',
  'resources',
  'services',
  'tenants',
] as const;

export type Toolset = (typeof TOOLSETS)[number];

/** Of no group, so that nothing takes them away: who one is here, and how far a write has come. */
export const CORE = 'core';

export type ToolGroup = Toolset | typeof CORE;

export function isToolset(name: string): name is Toolset {
  return TOOLSETS.some((toolset) => toolset === name);
}
