import type { Bytes } from '../codec/bytes.js';

export const defaultMime = 'video/webm; codecs="vp8,opus"';

/** Seconds of what has been played that stay in memory. */
const keepBehindSeconds = 20;
/** Hop over a hole in front of the playhead only if it is larger than what the browser bridges by itself. */
const holeSeconds = 0.02;

/** A stretch of the timeline, in seconds. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

type Operation = { run(buffer: SourceBuffer): void; done(): void; failed(error: unknown): void };

/** A `SourceBuffer` with a queue: one operation after the other, eviction when memory is short, holes hopped over. */
export class MediaSink {
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private url: string | null = null;
  private mime = '';
  private queue: Operation[] = [];
  private running: Operation | null = null;

  constructor(private readonly video: HTMLVideoElement) {}

  /** True when this browser can play channels at all. */
  static supported(): boolean {
    const type = mediaSourceType();
    return type !== null && type.isTypeSupported(defaultMime);
  }

  /** Starts over with an empty timeline at 0. */
  async reset(): Promise<void> {
    this.dispose();
    const Source = mediaSourceType();
    if (Source === null) throw new Error('this browser has no MediaSource');
    const source = new Source();
    this.source = source;
    this.url = URL.createObjectURL(source);
    this.video.disableRemotePlayback = true;
    this.video.src = this.url;
    await new Promise<void>(resolve => source.addEventListener('sourceopen', () => resolve(), { once: true }));
    if (this.source !== source) return;
    source.duration = Infinity;
    this.mime = defaultMime;
    this.buffer = source.addSourceBuffer(defaultMime);
    this.buffer.mode = 'segments';
    this.buffer.addEventListener('updateend', () => this.finish());
    this.next();
  }

  dispose(): void {
    for (const operation of [...(this.running ? [this.running] : []), ...this.queue]) operation.failed(new Error('the timeline was reset'));
    this.queue = [];
    this.running = null;
    this.source = null;
    this.buffer = null;
    if (this.url !== null) URL.revokeObjectURL(this.url);
    this.url = null;
  }

  /** End of what is buffered, in seconds; 0 when nothing is. */
  get end(): number {
    const ranges = this.ranges();
    return ranges.length === 0 ? 0 : ranges.end(ranges.length - 1);
  }

  /** Seconds that can be played from the playhead without a break. */
  get ahead(): number {
    const ranges = this.ranges();
    const time = this.video.currentTime;
    for (let i = 0; i < ranges.length; i++) {
      if (time >= ranges.start(i) - 0.1 && time < ranges.end(i)) return ranges.end(i) - time;
    }
    return 0;
  }

  isBuffered(time: number): boolean {
    const ranges = this.ranges();
    for (let i = 0; i < ranges.length; i++) if (time >= ranges.start(i) && time < ranges.end(i)) return true;
    return false;
  }

  /** Appends one stand-alone segment, moved by `offset` seconds, or what of it lies within a stretch; resolves when the browser has parsed it. */
  async append(bytes: Bytes, offset: number, mime: string | null | undefined, within: Stretch | null): Promise<void> {
    try {
      await this.appendOnce(bytes, offset, mime, within);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      await this.remove(0, Math.max(0.001, this.video.currentTime - 1));
      await this.appendOnce(bytes, offset, mime, within);
    }
    const old = this.video.currentTime - keepBehindSeconds;
    const ranges = this.ranges();
    if (ranges.length > 0 && ranges.start(0) < old - 5) await this.remove(0, old);
  }

  async remove(start: number, end: number): Promise<void> {
    if (end <= start) return;
    await this.enqueue(buffer => buffer.remove(start, end));
  }

  /** Nothing follows: lets the media element fire `ended`. */
  async finishStream(): Promise<void> {
    await this.enqueue(() => queueMicrotask(() => this.finish()));
    if (this.source?.readyState === 'open') this.source.endOfStream();
  }

  /** When the playhead stands in front of a hole, moves it behind. Returns the seconds skipped. */
  hop(): number {
    const ranges = this.ranges();
    const time = this.video.currentTime;
    for (let i = 0; i < ranges.length; i++) {
      const start = ranges.start(i);
      if (time >= start && time < ranges.end(i) - holeSeconds) return 0;
      if (start > time) {
        this.video.currentTime = start + 0.001;
        return start - time;
      }
    }
    return 0;
  }

  private appendOnce(bytes: Bytes, offset: number, mime: string | null | undefined, within: Stretch | null): Promise<void> {
    return this.enqueue(buffer => {
      const wanted = playableMime(mime) ?? this.mime;
      if (wanted !== this.mime) {
        buffer.changeType(wanted);
        this.mime = wanted;
      }
      // Each segment is a whole file: the parser starts afresh, whatever state the last one left it in, and takes all times again.
      buffer.abort();
      buffer.timestampOffset = offset;
      if (within !== null) {
        buffer.appendWindowStart = Math.max(0, within.start);
        buffer.appendWindowEnd = within.end;
      }
      buffer.appendBuffer(bytes);
    });
  }

  private enqueue(run: (buffer: SourceBuffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ run, done: resolve, failed: reject });
      this.next();
    });
  }

  private next(): void {
    if (this.running !== null || this.buffer === null || this.buffer.updating) return;
    const operation = this.queue.shift();
    if (operation === undefined) return;
    this.running = operation;
    try {
      if (this.source?.readyState === 'closed') throw new Error('the media source is closed');
      operation.run(this.buffer);
    } catch (error) {
      this.running = null;
      operation.failed(error);
      this.next();
    }
  }

  private finish(): void {
    const operation = this.running;
    this.running = null;
    if (this.video.error !== null) operation?.failed(new Error(this.video.error.message || 'the decoder failed'));
    else operation?.done();
    this.next();
  }

  private ranges(): TimeRanges {
    return this.video.buffered;
  }
}

function mediaSourceType(): typeof MediaSource | null {
  const scope = globalThis as { ManagedMediaSource?: typeof MediaSource; MediaSource?: typeof MediaSource };
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null;
}

/** The type that the gateway names, if it is WebM and this browser plays it. */
function playableMime(mime: string | null | undefined): string | null {
  if (typeof mime !== 'string' || !mime.startsWith('video/webm')) return null;
  return mediaSourceType()?.isTypeSupported(mime) ? mime : null;
}
