import { markup } from './markup';

describe('markup', () => {
  it('escapes whatever text is put in', () => {
    expect(markup`<p title="${`"'><script>`}">${'<b>&'}</p>`.text).toBe(
      '<p title="&quot;&#39;&gt;&lt;script&gt;">&lt;b&gt;&amp;</p>',
    );
  });

  it('takes markup of its own, lists and nothing', () => {
    const items = ['a', '<'].map((each) => markup`<li>${each}</li>`);
    expect(markup`<ul>${items}${undefined}${3}</ul>`.text).toBe('<ul><li>a</li><li>&lt;</li>3</ul>');
  });
});
