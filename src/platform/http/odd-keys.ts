import type { IncomingMessage } from 'node:http';

/** Paths in the body, e.g. `alerts[3].annotations`, of objects that lost a key `__proto__`. */
const lost = new WeakMap<object, readonly string[]>();
/** More are dropped just the same, and not told of. */
const MOST_TOLD = 20;
const KEY = '__proto__';

/**
 * Takes the key `__proto__` out of everything in a body that `JSON.parse` made, where it is a property like any other: whoever copies such an object
 * key by key would set a prototype. For senders that pass on what others wrote and lose the whole delivery by a refusal.
 */
export function dropOddKeys(request: IncomingMessage, body: unknown): void {
  const places: string[] = [];
  drop(body, '', places);
  if (places.length > 0) lost.set(request, places);
}

/** Where `dropOddKeys` took something away. */
export function oddKeysOf(request: IncomingMessage): readonly string[] {
  return lost.get(request) ?? [];
}

/** As deep as the body, which `checkJson` bounds. */
function drop(value: unknown, place: string, places: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, KEY)) {
    Reflect.deleteProperty(value, KEY);
    if (places.length < MOST_TOLD) places.push(place || 'body');
  }
  for (const [key, each] of Object.entries(value)) {
    drop(each, Array.isArray(value) ? `${place}[${key}]` : `${place}${place && '.'}${key}`, places);
  }
}
