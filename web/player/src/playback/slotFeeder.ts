import type { Bytes } from '../codec/bytes.js';
import type { ChunkHeader } from '../verify/chunk.js';
import { SegmentAssembler, type Segment } from './segmentAssembler.js';

/** How often one missing chunk is asked for. */
const attemptsMax = 3;
/** Out-of-order chunks kept while a missing one is fetched. */
const waitingMax = 128;
const parallelMax = 4;
const retryMilliseconds = 250;

/** Fetches the body of one chunk from the gateway; rejects when it cannot be had. */
export type FetchChunk = (index: number) => Promise<Bytes>;

/**
 * Puts the verified chunks of one slot in order, fetches what is missing, and gives out whole segments.
 * It begins at the first chunk that it gets (live, somewhere in the clip) or at the one it is told to begin with (replay).
 */
export class SlotFeeder {
  private readonly assembler = new SegmentAssembler();
  private readonly waiting = new Map<number, { header: ChunkHeader; payload: Bytes }>();
  private readonly ready: Segment[] = [];
  private readonly attempts = new Map<number, number>();
  private readonly fetching = new Set<number>();
  private begun: boolean;
  private count: number | null = null;
  private ended = false;
  private wantedEnd = 0;
  private recoveredChunks = 0;
  private lostChunks = 0;

  constructor(
    first: number | null,
    private readonly fetchChunk: FetchChunk,
    /** Verifies a fetched chunk like every other one; resolves when that is done (and `push` was called if it was good). */
    private readonly offer: (body: Bytes) => Promise<void>,
    private readonly changed: () => void,
  ) {
    this.begun = first !== null;
    if (first !== null) this.assembler.seek(first);
  }

  /** The next chunk that is wanted; null before anything came. */
  get nextChunk(): number | null {
    return this.begun ? this.assembler.nextChunk : null;
  }

  /** Nothing more will come. */
  get finished(): boolean {
    return this.ended || (this.count !== null && this.begun && this.assembler.nextChunk >= this.count);
  }

  get recovered(): number {
    return this.recoveredChunks;
  }

  get lost(): number {
    return this.lostChunks;
  }

  /** Takes a verified chunk. */
  push(header: ChunkHeader, payload: Bytes): void {
    const index = header.leafIndex;
    this.count = header.leafCount;
    if (this.ended) return;
    if (!this.begun) {
      this.begun = true;
      this.assembler.seek(index);
    }
    if (index < this.assembler.nextChunk) return;
    if (this.fetching.has(index)) this.recoveredChunks++;
    if (this.waiting.size < waitingMax) this.waiting.set(index, { header, payload });
    this.drain();
    if (index > this.assembler.nextChunk) this.recover(index);
  }

  /** The stream has gone past this slot: whatever is missing up to the end is fetched. `count` helps when no chunk told it. */
  expectRest(count: number | null | undefined): void {
    this.count ??= count ?? null;
    if (this.count === null || !this.begun) this.end();
    else if (!this.finished) this.recover(this.count);
  }

  /** Gives the slot up. */
  end(): void {
    this.ended = true;
    this.waiting.clear();
    this.changed();
  }

  shift(): Segment | undefined {
    return this.ready.shift();
  }

  private drain(): void {
    for (;;) {
      const next = this.assembler.nextChunk;
      const chunk = this.waiting.get(next);
      if (chunk === undefined) break;
      this.waiting.delete(next);
      const segment = this.assembler.push(chunk.header, chunk.payload);
      if (segment !== null) this.ready.push(segment);
    }
    this.changed();
  }

  /** Fetches chunks from the next one up to, not including, `end`: a few at a time, in order. */
  private recover(end: number): void {
    this.wantedEnd = Math.max(this.wantedEnd, end);
    for (let index = this.assembler.nextChunk; index < this.wantedEnd && this.fetching.size < parallelMax; index++) {
      if (!this.waiting.has(index) && !this.fetching.has(index)) void this.fetch(index);
    }
  }

  private async fetch(index: number): Promise<void> {
    const attempt = (this.attempts.get(index) ?? 0) + 1;
    this.attempts.set(index, attempt);
    this.fetching.add(index);
    let failed = attempt > attemptsMax;
    if (!failed) {
      try {
        await this.offer(await this.fetchChunk(index));
      } catch {
        failed = attempt >= attemptsMax;
        if (!failed) await new Promise(resolve => setTimeout(resolve, retryMilliseconds * attempt));
      }
    }
    this.fetching.delete(index);
    if (this.ended) return;
    if (failed) this.giveUp(index);
    if (this.assembler.nextChunk < this.wantedEnd) this.recover(this.wantedEnd);
  }

  /** A chunk that cannot be had: its segment is lost, playing goes on with the next whole one. */
  private giveUp(index: number): void {
    if (this.ended || index < this.assembler.nextChunk) return;
    this.lostChunks += index + 1 - this.assembler.nextChunk;
    this.assembler.seek(index + 1);
    this.drain();
  }
}
