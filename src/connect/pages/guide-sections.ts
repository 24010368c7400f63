import { markup, Markup } from '../../platform/http/pages';
import type { Guide, Snippet } from '../guides';

/** One part per client that opens by itself, also without a script. */
export function guideSections(guides: readonly Guide[]): readonly Markup[] {
  return guides.map(({ id, name, steps }) => {
    const content = steps.map((step, index) => (step instanceof Markup ? step : snippet(step, `${id}-${index + 1}`)));
    return markup`<details id="${id}">
<summary><h3>${name}</h3></summary>
${content}
</details>
`;
  });
}

/** One click selects all of it; the button is for whoever runs the script. */
export function snippet({ into, text }: Snippet, id: string): Markup {
  return markup`<figure>
<figcaption><span>${into}</span><button type="button" hidden class="second small" data-copy="snippet-${id}" data-what="${into}" aria-label="Copy ${into}">Copy</button></figcaption>
<pre id="snippet-${id}">${text}</pre>
</figure>
`;
}
