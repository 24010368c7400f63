import { cutAnswer } from './cut-answer';
import { object } from './fields';
import { ListOf, MapOf, Nested, pageOf, Text, text } from './index';

class Item {
  @Text() name: string;
  @ListOf(text()) tags: string[];
}
class Inner {
  @MapOf(text(), { narrow: 'Ask for one.' }) env: Record<string, string>;
}
class Answer extends pageOf<Item>(object(() => Item)) {
  @Nested(() => Inner, { nullable: true }) inner: Inner | null;
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
const page = (items: Item[], inner: Inner | null = null) => ({ items, count: items.length, next_cursor: null, inner });
const cut = (answer: object) => cutAnswer(Answer, answer) as ReturnType<typeof page> & { warnings?: object[] };

describe('an answer as a model gets it', () => {
  it('is the very same where nothing is too much', () => {
    const answer = page([{ name: 'a', tags: names(100) }], { env: { A: 'x' } });
    expect(cut(answer)).toBe(answer);
  });

  it('keeps as many items as were asked for', () => {
    const items = names(200).map((name) => ({ name, tags: [] }));
    expect(cut(page(items)).items).toHaveLength(200);
  });

  it('has an end in every other list and map, and says how many there are and how to see the others', () => {
    const env = Object.fromEntries(names(3000).map((name) => [name, 'x']));
    const answer = { ...page([{ name: 'a', tags: names(101) }], { env }), warnings: [{ code: 'x', message: 'y' }] };
    const { items, inner, warnings } = cut(answer);
    expect([items[0]?.tags.length, Object.keys(inner?.env ?? {}).length]).toEqual([100, 100]);
    expect(warnings).toEqual([
      { code: 'x', message: 'y' },
      {
        code: 'list_cut',
        message: 'items[].tags: 100 of 101 are shown. REST answers all of them; its routes are at /docs.',
      },
      { code: 'list_cut', message: 'inner.env: 100 of 3000 are shown. Ask for one.' },
    ]);
  });

  it('counts characters too, shows at least one, and tells of a place once', () => {
    const items = names(3).map((name) => ({ name, tags: ['x'.repeat(20_000), 'y', 'z'] }));
    const { items: shown, warnings } = cut(page(items));
    expect(shown.map(({ tags }) => tags.length)).toEqual([1, 1, 1]);
    expect(warnings).toHaveLength(1);
  });
});
