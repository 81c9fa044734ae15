import type { SlotKind } from '../gateway/model.js';

/** A stretch of the media timeline that shows one slot. */
export interface Span {
  readonly slot: number;
  readonly kind: SlotKind;
  /** Media time at which the slot's clip has its time 0 (may lie before `start` when joined mid-clip). */
  readonly offset: number;
  /** Media time of the first and behind the last appended segment. */
  readonly start: number;
  end: number;
  /** Gateway's clock, Unix milliseconds; null when unknown. */
  readonly airsAt: number | null;
}

const spansMax = 256;
/** Browsers round: a playhead this close to an edge belongs to the neighbour that has data. */
export const slackSeconds = 0.06;

/** Which slot is where on the media timeline. Slots lie one behind the other without gaps, whatever their air times. */
export class Timeline {
  private spans: Span[] = [];

  get last(): Span | null {
    return this.spans.at(-1) ?? null;
  }

  clear(): void {
    this.spans = [];
  }

  add(span: Span): void {
    this.spans.push(span);
    if (this.spans.length > spansMax) this.spans.shift();
  }

  find(slot: number): Span | null {
    return this.spans.findLast(span => span.slot === slot) ?? null;
  }

  /** The slot at a media time: the last one that has begun, or is about to within the slack. */
  at(time: number, slack = slackSeconds): Span | null {
    return this.spans.findLast(span => span.start <= time + slack) ?? null;
  }

  /** When, behind a media time, the slot at it changes next, with or without the slack. */
  nextEdge(time: number): number | null {
    const edges = this.spans.flatMap(span => [span.start - slackSeconds, span.start]).filter(edge => edge > time);
    return edges.length === 0 ? null : Math.min(...edges);
  }

  /** Cuts everything behind `time`, as when a slot turned out broken. */
  truncate(time: number): void {
    this.spans = this.spans.filter(span => span.start < time);
    const last = this.last;
    if (last !== null) last.end = Math.min(last.end, time);
  }

  /** Media time that is on air at `gatewayNow` (Unix ms), if it is on the timeline: the last slot that should have begun, held at its end. */
  airTime(gatewayNow: number): number | null {
    const span = this.spans.findLast(candidate => candidate.airsAt !== null && candidate.airsAt <= gatewayNow);
    if (span === undefined) return null;
    const target = span.offset + (gatewayNow - span.airsAt!) / 1000;
    return Math.min(Math.max(target, span.start), span.end);
  }
}
