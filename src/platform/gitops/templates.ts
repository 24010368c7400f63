import { bundledTemplate, bundledTemplates } from './seed';
import type { World } from './world';

/** A template of the repository, or ours where the repository has none (it was not made by `mctl init`). */
export function tenantTemplate(world: World, name: 'project' | 'workflows-sso'): string {
  return ownText(world, world.layout.tenantTemplate(name)) ?? bundledTemplate(`tenants/${name}.yaml`) ?? missing(name);
}

/** Undefined where neither has it. */
export function serviceTemplate(world: World, name: string): string | undefined {
  return ownText(world, world.layout.serviceTemplate(name)) ?? bundledTemplate(`services/${name}.yaml`);
}

/** Sorted names of the service templates there are. */
export function serviceTemplateNames(world: World): string[] {
  const own = world.list(world.layout.under('templates/services/'));
  return [...new Set([...own, ...bundledTemplates('services')])]
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** @throws Conflict `unreadable_file`: what is no text, e.g. a symbolic link, is no empty template. */
function ownText(world: World, path: string): string | undefined {
  world.mustBeText(path);
  return world.text(path);
}

function missing(name: string): never {
  throw new Error(`The template ${name} is missing from this installation.`);
}
