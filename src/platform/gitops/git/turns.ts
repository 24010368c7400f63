/** Lets a few work at a time; others wait for their turn, and no more of them than there is room for. */
export class Turns {
  private working = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * @param most who work at a time.
   * @param room for those who wait.
   */
  constructor(
    private readonly most: number,
    private readonly room: number,
  ) {}

  get isFull(): boolean {
    return this.working >= this.most && this.waiting.length >= this.room;
  }

  /** Waits for a turn and does the work in it. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.working >= this.most) await new Promise<void>((begin) => this.waiting.push(begin));
    else this.working += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The turn goes from hand to hand; it is free only where nobody waits.
      if (next === undefined) this.working -= 1;
      else next();
    }
  }
}
