import { concatBytes, type Bytes } from '../codec/bytes.js';
import type { ChunkHeader } from '../verify/chunk.js';

export interface Segment {
  readonly bytes: Bytes;
  /** `ChunkKind`. */
  readonly kind: number;
  readonly index: number;
  /** Seconds within the clip. */
  readonly start: number;
  readonly duration: number;
}

/**
 * Joins verified chunks, given in order, to segments. The layout fields are part of what the content root commits to, so they are as
 * good as the payload. A tail whose head is missing (joined mid-segment, or lost) is dropped.
 */
export class SegmentAssembler {
  private parts: Bytes[] = [];
  private head: ChunkHeader | null = null;
  private next = 0;

  /** The chunk that must come next. */
  get nextChunk(): number {
    return this.next;
  }

  /** Starts anew at `chunk`, dropping an unfinished segment. */
  seek(chunk: number): void {
    this.parts = [];
    this.next = chunk;
  }

  /** Takes chunk `nextChunk`; returns the segment that it completes. */
  push(header: ChunkHeader, payload: Bytes): Segment | null {
    this.next++;
    if (header.chunkIndex === 0) {
      this.parts = [payload];
      this.head = header;
    } else if (this.parts.length === header.chunkIndex && this.parts.length > 0 && sameSegment(this.head!, header)) {
      this.parts.push(payload);
    } else {
      this.parts = [];
      return null;
    }
    if (this.parts.length < header.chunkCount) return null;
    const bytes = concatBytes(this.parts);
    this.parts = [];
    return {
      bytes,
      kind: header.kind,
      index: header.segmentIndex,
      start: header.startMilliseconds / 1000,
      duration: header.durationMilliseconds / 1000,
    };
  }
}

/** All chunks of a segment say the same about it; anything else is a fault of the directors. */
function sameSegment(a: ChunkHeader, b: ChunkHeader): boolean {
  return (
    a.segmentIndex === b.segmentIndex && a.kind === b.kind && a.chunkCount === b.chunkCount &&
    a.startMilliseconds === b.startMilliseconds && a.durationMilliseconds === b.durationMilliseconds
  );
}
