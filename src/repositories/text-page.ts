import { documentOf, type Markup, markup, type Page } from '../platform/http/pages';

/** A page for people, of text alone. */
export interface TextPage {
  readonly status: number;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** One button. The fields go along unseen. */
  readonly form?: {
    readonly action: string;
    readonly label: string;
    readonly fields: Readonly<Record<string, string>>;
  };
}

export function textPage({ status, title, paragraphs, form }: TextPage): Page {
  const [lead, ...others] = paragraphs;
  const body = markup`<h1>${title}</h1>
<p class="lead">${lead}</p>
${others.map((text) => markup`<p>${text}</p>`)}
${form && formOf(form)}`;
  return { status, ...documentOf({ title, body }), tellsOrigin: form !== undefined };
}

function formOf({ action, label, fields }: NonNullable<TextPage['form']>): Markup {
  const inputs = Object.entries(fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return markup`<form method="post" action="${action}" autocomplete="off">${inputs}<button>${label}</button></form>`;
}
