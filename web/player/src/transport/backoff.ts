/** Exponential backoff with full jitter above a floor: many viewers of a restarted gateway must not return in one instant. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMilliseconds = 300,
    private readonly maxMilliseconds = 10_000,
    private readonly random: () => number = Math.random,
  ) {}

  get attempts(): number {
    return this.attempt;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const ceiling = Math.min(this.maxMilliseconds, this.firstMilliseconds * 2 ** this.attempt);
    this.attempt++;
    return Math.round(ceiling / 2 + (ceiling / 2) * this.random());
  }

  reset(): void {
    this.attempt = 0;
  }
}
