/** Bits per second over the last few seconds. */
export class RateMeter {
  private samples: { at: number; bytes: number }[] = [];
  private totalBytes = 0;

  constructor(private readonly windowMilliseconds = 10_000) {}

  get total(): number {
    return this.totalBytes;
  }

  add(at: number, bytes: number): void {
    this.totalBytes += bytes;
    const last = this.samples.at(-1);
    if (last !== undefined && at - last.at < 100) last.bytes += bytes;
    else this.samples.push({ at, bytes });
    this.trim(at);
  }

  bitsPerSecond(at: number): number {
    this.trim(at);
    let bytes = 0;
    for (const sample of this.samples) bytes += sample.bytes;
    return (bytes * 8) / (this.windowMilliseconds / 1000);
  }

  private trim(at: number): void {
    while (this.samples.length > 0 && this.samples[0]!.at < at - this.windowMilliseconds) this.samples.shift();
  }
}
