/** Characters of text whose data is kept: a few hundred values files, a few megabytes. */
const MOST_CHARACTERS = 1_000_000;

/**
 * Data of the texts read last. One operation asks for the same two texts, before and after, a dozen times: to look, to
 * edit, to tell what changed, for quotas and for the chart's schema, when the call comes in and again at the commit.
 */
export class RecentlyRead<Data> {
  private readonly data = new Map<string, Data>();
  private characters = 0;

  constructor(private readonly mostCharacters = MOST_CHARACTERS) {}

  /** The data of `text`, from `read` where it is not known; frozen, because everybody gets the same object. */
  of(text: string, read: (text: string) => Data): Data {
    const known = this.data.get(text);
    const data = known === undefined ? frozen(read(text)) : known;
    if (known !== undefined) this.forget(text);
    this.keep(text, data);
    return data;
  }

  private keep(text: string, data: Data): void {
    if (text.length > this.mostCharacters) return;
    this.data.set(text, data);
    this.characters += text.length;
    for (const oldest of this.data.keys()) {
      if (this.characters <= this.mostCharacters) return;
      this.forget(oldest);
    }
  }

  private forget(text: string): void {
    if (this.data.delete(text)) this.characters -= text.length;
  }
}

function frozen<Data>(value: Data): Data {
  if (typeof value !== 'object' || value === null) return value;
  for (const item of Object.values(value)) frozen(item);
  Object.freeze(value);
  return value;
}
