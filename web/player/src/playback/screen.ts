import { ChunkKind } from '../verify/chunk.js';
import { captionsFromScript, parseWebVtt } from './captions.js';
import type { Caption } from '../gateway/model.js';
import { MediaSink, type Stretch } from './mediaSink.js';
import type { Segment } from './segmentAssembler.js';
import type { SlotSession } from './slotSession.js';
import { slackSeconds, Timeline, type Span } from './timeline.js';
import { inspectSegment } from './webm.js';

export interface ScreenFigures {
  readonly bufferSeconds: number;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly width: number;
  readonly height: number;
  readonly stalls: number;
  readonly skips: number;
}

/** With less than this ahead of the playhead, nothing is playing. */
const starvedSeconds = 0.08;
/** Some browsers stop a little earlier, because one of the two tracks ends first: with less than this ahead, their word counts. */
const stalledSeconds = 0.5;
/** An edge between slots that is nearer than this gets a timer of its own; well above the time between two calls of `watch`. */
const edgeSeconds = 1;

/** The video element, its buffer, and which slot lies where on its timeline. */
export class Screen {
  readonly timeline = new Timeline();
  private readonly sink: MediaSink;
  private readonly captionsBySlot = new Map<number, Caption[]>();
  private generation = 0;
  private feeding: Promise<void> = Promise.resolve();
  private wantsToPlay = false;
  private soundBlockedValue = false;
  private starvedValue = true;
  private firstFrame: number | null = null;
  private stalls = 0;
  private skips = 0;
  private edgeTimer: ReturnType<typeof setTimeout> | undefined;
  private mode: 'live' | 'replay' = 'live';
  /** Called at the end of a replay. */
  onEnded: (() => void) | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly changed: () => void,
  ) {
    this.sink = new MediaSink(video);
    for (const name of ['playing', 'pause', 'waiting', 'volumechange', 'seeked', 'error'] as const) video.addEventListener(name, this.onMedia);
    video.addEventListener('loadeddata', this.onFirstFrame);
    video.addEventListener('ended', this.onEnd);
  }

  get soundBlocked(): boolean {
    return this.soundBlockedValue && this.video.muted;
  }

  get muted(): boolean {
    return this.video.muted;
  }

  get volume(): number {
    return this.video.volume;
  }

  get paused(): boolean {
    return !this.wantsToPlay;
  }

  get starved(): boolean {
    return this.starvedValue;
  }

  /** `performance.now()` of the first picture; null before. */
  get firstFrameAt(): number | null {
    return this.firstFrame;
  }

  get currentTime(): number {
    return this.video.currentTime;
  }

  /** The slot under the playhead. */
  get span(): Span | null {
    return this.timeline.at(this.video.currentTime);
  }

  /** The slot whose picture is still on the screen when the next one is about to begin. */
  get lastSpan(): Span | null {
    return this.timeline.at(this.video.currentTime, 0);
  }

  /** Starts over with an empty timeline. */
  async open(mode: 'live' | 'replay'): Promise<void> {
    this.generation++;
    this.mode = mode;
    this.onEnded = null;
    this.timeline.clear();
    this.captionsBySlot.clear();
    this.starvedValue = true;
    this.feeding = Promise.resolve();
    this.video.playbackRate = 1;
    await this.sink.reset();
  }

  close(): void {
    this.generation++;
    for (const name of ['playing', 'pause', 'waiting', 'volumechange', 'seeked', 'error'] as const) this.video.removeEventListener(name, this.onMedia);
    this.video.removeEventListener('loadeddata', this.onFirstFrame);
    this.video.removeEventListener('ended', this.onEnd);
    clearTimeout(this.edgeTimer);
    this.sink.dispose();
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** Appends what a session has ready; resolves when the browser has it. */
  feed(session: SlotSession): Promise<void> {
    const generation = this.generation;
    this.feeding = this.feeding.then(async () => {
      for (;;) {
        if (generation !== this.generation || session.verifier.verdict === 'broken') return;
        const segment = session.feeder.shift();
        if (segment === undefined) break;
        await this.append(session, segment, generation);
      }
      if (this.mode === 'replay' && session.feeder.finished && generation === this.generation && this.timeline.last !== null) await this.sink.finishStream();
    });
    return this.feeding;
  }

  /** Takes back what the viewer has not seen yet of a slot that turned out broken. */
  async wipe(slot: number): Promise<void> {
    const span = this.timeline.find(slot);
    if (span === null) return;
    const from = Math.max(span.start, this.video.currentTime + 0.02);
    const end = span.end;
    if (end <= from) return;
    if (this.timeline.last === span) this.timeline.truncate(Math.max(from, span.start + 0.001));
    await this.sink.remove(from, end + 0.001).catch(() => undefined);
  }

  async play(): Promise<void> {
    this.wantsToPlay = true;
    this.changed();
    try {
      await this.video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || this.video.muted) return;
      // Browsers allow sound only after a gesture: start without, and say so.
      this.soundBlockedValue = true;
      this.video.muted = true;
      await this.video.play().catch(() => undefined);
    }
    this.changed();
  }

  pause(): void {
    this.wantsToPlay = false;
    this.video.pause();
    this.changed();
  }

  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.setMuted(this.video.volume === 0);
  }

  setMuted(muted: boolean): void {
    if (!muted) this.soundBlockedValue = false;
    this.video.muted = muted;
    this.changed();
  }

  captions(slot: number): readonly Caption[] {
    return this.captionsBySlot.get(slot) ?? [];
  }

  /** Seconds that the picture is behind the air; null when that cannot be said. */
  behind(gatewayNow: number): number | null {
    const target = this.timeline.airTime(gatewayNow);
    return target === null ? null : Math.max(0, target - this.video.currentTime);
  }

  /** Jumps to what is on air, if it is buffered. */
  catchUp(gatewayNow: number): void {
    const target = this.timeline.airTime(gatewayNow);
    if (target === null || !this.sink.isBuffered(target)) return;
    this.skips++;
    this.video.currentTime = target;
  }

  /** Looks after the playhead; call a few times a second. */
  watch(): void {
    const ahead = this.sink.ahead;
    if (ahead < starvedSeconds && this.wantsToPlay) this.sink.hop();
    const stalled = ahead < stalledSeconds && this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && this.wantsToPlay;
    const starved = ahead < starvedSeconds || stalled || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA;
    if (starved && !this.starvedValue && this.wantsToPlay) this.stalls++;
    this.starvedValue = starved;
    if (this.wantsToPlay && this.video.paused && !this.video.ended && !starved) void this.video.play().catch(() => undefined);
    this.watchEdge();
  }

  /** The word on a slot has to come with its first picture, not with the next look at the clock. */
  private watchEdge(): void {
    clearTimeout(this.edgeTimer);
    const { currentTime, playbackRate, paused } = this.video;
    const edge = this.timeline.nextEdge(currentTime);
    if (edge === null || edge - currentTime > edgeSeconds || paused) return;
    this.edgeTimer = setTimeout(() => {
      this.changed();
      this.watchEdge();
    }, (1000 * (edge - currentTime)) / playbackRate + 1);
  }

  figures(): ScreenFigures {
    const quality = this.video.getVideoPlaybackQuality();
    return {
      bufferSeconds: this.sink.ahead,
      framesDecoded: quality.totalVideoFrames,
      framesDropped: quality.droppedVideoFrames,
      width: this.video.videoWidth,
      height: this.video.videoHeight,
      stalls: this.stalls,
      skips: this.skips,
    };
  }

  private async append(session: SlotSession, segment: Segment, generation: number): Promise<void> {
    if (segment.kind === ChunkKind.webVtt) {
      this.captionsBySlot.set(session.slot, parseWebVtt(segment.bytes));
      return;
    }
    let span = this.timeline.find(session.slot);
    const wasEmpty = this.timeline.last === null;
    if (span === null || span !== this.timeline.last) {
      const start = this.timeline.last?.end ?? 0;
      const clipStart = inspectSegment(segment.bytes)?.start ?? segment.start;
      span = {
        slot: session.slot,
        kind: session.summary?.kind ?? 'filler',
        offset: start - clipStart,
        start,
        end: start,
        airsAt: session.summary?.airsAt ?? null,
      };
      this.timeline.add(span);
      this.estimateCaptions(session);
    }
    try {
      const mime = segment.kind === ChunkKind.webmVp9Opus ? 'video/webm; codecs="vp9,opus"' : 'video/webm; codecs="vp8,opus"';
      await this.sink.append(segment.bytes, span.offset, mime, session.verifier.verdict === 'certified' ? null : ownStretch(span, segment));
      span.end = Math.max(span.end, span.offset + segment.start + segment.duration);
    } catch {
      // Certified, yet not decodable here: go on with the next segment on a fresh timeline.
      if (generation !== this.generation || this.video.error === null) return;
      this.timeline.clear();
      await this.sink.reset();
      return;
    }
    if (wasEmpty) {
      this.sink.hop();
      if (this.wantsToPlay) void this.play();
    }
    this.watch();
    this.changed();
  }

  private estimateCaptions(session: SlotSession): void {
    if (this.captionsBySlot.has(session.slot)) return;
    const script = session.verifier.recipe?.script;
    const seconds = (session.summary?.durationMilliseconds ?? 0) / 1000;
    if (script) this.captionsBySlot.set(session.slot, captionsFromScript(script, seconds));
    if (this.captionsBySlot.size > 64) this.captionsBySlot.delete(this.captionsBySlot.keys().next().value!);
  }

  private readonly onMedia = (): void => {
    this.watch();
    this.changed();
  };

  private readonly onFirstFrame = (): void => {
    this.firstFrame ??= performance.now();
    this.changed();
  };

  private readonly onEnd = (): void => this.onEnded?.();
}

/**
 * Where a segment that nobody signed may have pictures and sound: the times in such a file are anybody's, and must not reach into the slots
 * beside it. Within the slack, the timeline counts what is there to the slot that begins.
 */
function ownStretch(span: Span, segment: Segment): Stretch {
  return { start: span.start - slackSeconds / 2, end: span.offset + segment.start + segment.duration + slackSeconds / 2 };
}
