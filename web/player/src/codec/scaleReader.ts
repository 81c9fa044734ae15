import { fromUtf8, type Bytes } from './bytes.js';

/**
 * Reads SCALE, the codec of the Substrate world: little-endian, positional, lengths in compact form.
 * The first malformed value sets `error`; from then on every read returns a neutral value, so callers check once at the end.
 */
export class ScaleReader {
  private offset = 0;
  private failure: string | null = null;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Why reading failed, or null. */
  get error(): string | null {
    return this.failure;
  }

  get position(): number {
    return this.offset;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** Records a failure unless there is one already. */
  reject(reason: string): void {
    this.failure ??= reason;
  }

  /** Fails unless every byte has been read: trailing bytes would make two encodings of one value. */
  end(): void {
    if (this.remaining > 0) this.reject(`${this.remaining} bytes too many`);
  }

  u8(name: string): number {
    const at = this.take(1, name);
    return at < 0 ? 0 : this.view.getUint8(at);
  }

  bool(name: string): boolean {
    const value = this.u8(name);
    if (value > 1) this.reject(`${name} is neither 0 nor 1`);
    return value === 1;
  }

  u16(name: string): number {
    const at = this.take(2, name);
    return at < 0 ? 0 : this.view.getUint16(at, true);
  }

  u32(name: string): number {
    const at = this.take(4, name);
    return at < 0 ? 0 : this.view.getUint32(at, true);
  }

  /** A u64 that must fit a JavaScript number (2^53). */
  u64(name: string): number {
    const at = this.take(8, name);
    if (at < 0) return 0;
    const value = this.view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.reject(`${name} is larger than 2^53`);
      return 0;
    }
    return Number(value);
  }

  /** `length` bytes; a view on the input, not a copy. */
  fixed(length: number, name: string): Bytes {
    const at = this.take(length, name);
    return (at < 0 ? new Uint8Array(length) : this.bytes.subarray(at, at + length)) as Bytes;
  }

  /** A compact integer in its shortest form, at most `max`. */
  compact(max: number, name: string): number {
    const first = this.u8(name);
    let value: number;
    let smallest: number;
    switch (first & 3) {
      case 0:
        value = first >>> 2;
        smallest = 0;
        break;
      case 1:
        value = (first >>> 2) | (this.u8(name) << 6);
        smallest = 1 << 6;
        break;
      case 2:
        value = (first >>> 2) + this.u8(name) * 2 ** 6 + this.u16(name) * 2 ** 14;
        smallest = 1 << 14;
        break;
      default:
        if (first >>> 2 !== 0) {
          this.reject(`${name} is too large`);
          return 0;
        }
        value = this.u32(name);
        smallest = 1 << 30;
    }
    if (this.failure !== null) return 0;
    if (value < smallest) this.reject(`${name} is not in its shortest form`);
    if (value > max) this.reject(`${name} is ${value}, at most ${max} is allowed`);
    return this.failure === null ? value : 0;
  }

  /** A length-prefixed byte string of at most `max` bytes. */
  blob(max: number, name: string): Bytes {
    return this.fixed(this.compact(max, name), name);
  }

  /** A length-prefixed UTF-8 string of at most `max` bytes. */
  text(max: number, name: string): string {
    const text = fromUtf8(this.blob(max, name));
    if (text === null) this.reject(`${name} is not UTF-8`);
    return text ?? '';
  }

  private take(length: number, name: string): number {
    if (this.failure !== null) return -1;
    if (length > this.remaining) {
      this.failure = `ends within ${name}: ${length} bytes wanted, ${this.remaining} left`;
      return -1;
    }
    const at = this.offset;
    this.offset += length;
    return at;
  }
}
