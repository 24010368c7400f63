import type { IncomingMessage } from 'node:http';
import { dropOddKeys, oddKeysOf } from './odd-keys';

function dropped(text: string): { body: any; places: readonly string[] } {
  const request = {} as IncomingMessage;
  const body: unknown = JSON.parse(text);
  dropOddKeys(request, body);
  return { body, places: oddKeysOf(request) };
}

it('takes the key away wherever it is, and says where', () => {
  const { body, places } = dropped('{"__proto__":{"a":1},"alerts":[{"labels":{"__pro\\u0074o__":"x","b":"c"}}]}');
  expect(places).toEqual(['body', 'alerts[0].labels']);
  expect(JSON.stringify(body)).toBe('{"alerts":[{"labels":{"b":"c"}}]}');
  expect(Object.assign({}, body).a).toBeUndefined();
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

it('leaves everything else alone, and tells of twenty places', () => {
  expect(dropped('{"constructor":1,"a":[null,"__proto__",2]}')).toEqual({
    body: { constructor: 1, a: [null, '__proto__', 2] },
    places: [],
  });
  expect(dropped(`[${Array(100).fill('{"__proto__":1}').join(',')}]`).places).toHaveLength(20);
  expect(dropped('null').places).toEqual([]);
});
