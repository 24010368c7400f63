import type { ToolGroup } from './toolsets';

export const TOOLSET = 'mctl:toolset';

/**
 * Puts the tools or routes of a class into a toolset, or one method of it. A method's own word stands: decorators of methods run before
 * those of their class.
 */
export function InToolset(group: ToolGroup): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor) return mark(descriptor.value as object, group);
    for (const method of methodsOf(target as { prototype: object })) mark(method, group);
  };
}

function mark(method: object, group: ToolGroup): void {
  if (!Reflect.hasMetadata(TOOLSET, method)) Reflect.defineMetadata(TOOLSET, group, method);
}

function methodsOf({ prototype }: { prototype: object }): object[] {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ value }) =>
    typeof value === 'function' ? [value as object] : [],
  );
}
