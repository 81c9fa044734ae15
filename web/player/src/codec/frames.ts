import { concatBytes, utf8, type Bytes } from './bytes.js';

/** Frame types of docs/player-protocol.md, section 3. */
export const FrameType = {
  hello: 0x01,
  slot: 0x02,
  certificate: 0x03,
  recipe: 0x04,
  chunk: 0x05,
  directors: 0x06,
  error: 0x08,
  pong: 0x09,
  keepAlive: 0x0a,
  subscribe: 0x81,
  ping: 0x82,
  unsubscribe: 0x83,
} as const;

/** Type and body together: 256 KiB of payload and 4 KiB of everything around it. */
export const frameLengthMax = 256 * 1024 + 4 * 1024;

export interface Frame {
  readonly type: number;
  readonly body: Bytes;
}

/**
 * Cuts a byte stream into frames (`u32 LE length | u8 type | body`), however the transport has split it.
 * Holds at most one unfinished frame. After a protocol error it stays failed.
 */
export class FrameReader {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private failure: string | null = null;

  get error(): string | null {
    return this.failure;
  }

  /** Takes the next piece of the stream; returns the frames that it completes. */
  push(piece: Uint8Array): Frame[] {
    if (this.failure !== null || piece.length === 0) return [];
    this.pending.push(piece);
    this.pendingBytes += piece.length;
    const frames: Frame[] = [];
    for (;;) {
      const length = this.peekLength();
      if (length === null || this.failure !== null || this.pendingBytes < 4 + length) return frames;
      const whole = this.take(4 + length);
      frames.push({ type: whole[4]!, body: whole.subarray(5) as Bytes });
    }
  }

  private peekLength(): number | null {
    if (this.pendingBytes < 4) return null;
    let head = this.pending[0]!;
    if (head.length < 4) {
      head = concatBytes(this.pending);
      this.pending = [head];
    }
    const length = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
    if (length < 1 || length > frameLengthMax) {
      this.failure = `frame of ${length} bytes, allowed are 1 to ${frameLengthMax}`;
      this.pending = [];
      this.pendingBytes = 0;
    }
    return length;
  }

  private take(length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let wanted = length;
    let used = 0;
    while (wanted > 0) {
      const head = this.pending[used]!;
      if (head.length <= wanted) {
        parts.push(head);
        wanted -= head.length;
        used++;
      } else {
        parts.push(head.subarray(0, wanted));
        this.pending[used] = head.subarray(wanted);
        wanted = 0;
      }
    }
    this.pending.splice(0, used);
    this.pendingBytes -= length;
    return parts.length === 1 ? parts[0]! : concatBytes(parts);
  }
}

/** Encodes one frame. */
export function encodeFrame(type: number, body: Uint8Array): Bytes {
  const frame = new Uint8Array(5 + body.length);
  new DataView(frame.buffer).setUint32(0, 1 + body.length, true);
  frame[4] = type;
  frame.set(body, 5);
  return frame;
}

/** Encodes one frame whose body is JSON. */
export function encodeJsonFrame(type: number, value: unknown): Bytes {
  return encodeFrame(type, utf8(JSON.stringify(value)));
}
