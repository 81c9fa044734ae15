import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../src/codec/bytes.js';
import { encodeFrame, FrameReader, FrameType, frameLengthMax } from '../src/codec/frames.js';
import { ScaleReader } from '../src/codec/scaleReader.js';
import { compact, u32, u64 } from './studio.js';

describe('hex', () => {
  it('round-trips and refuses what is no hex', () => {
    expect(toHex(fromHex('0x00ffA5')!)).toBe('0x00ffa5');
    expect(fromHex('abc')).toBeNull();
    expect(fromHex('zz')).toBeNull();
    expect(fromHex('0x00', 32)).toBeNull();
    expect(fromHex(7)).toBeNull();
  });
});

describe('ScaleReader', () => {
  it.each([0, 1, 63, 64, 16_383, 16_384, 262_144, 2 ** 30 - 1])('reads compact %i', value => {
    const reader = new ScaleReader(compact(value));
    expect(reader.compact(2 ** 31, 'n')).toBe(value);
    reader.end();
    expect(reader.error).toBeNull();
  });

  it.each([
    ['two bytes for 1', Uint8Array.of(0x05, 0x00)],
    ['four bytes for 64', Uint8Array.of(0x02, 0x01, 0x00, 0x00)],
    ['big form for 5', Uint8Array.of(0x03, 5, 0, 0, 0)],
  ])('refuses a compact that is not in its shortest form: %s', (_, bytes) => {
    const reader = new ScaleReader(bytes);
    reader.compact(2 ** 31, 'n');
    expect(reader.error).toMatch(/shortest/);
  });

  it('refuses lengths above the limit before it allocates', () => {
    const reader = new ScaleReader(concatBytes([compact(1_000_000), new Uint8Array(4)]));
    reader.blob(1024, 'payload');
    expect(reader.error).toMatch(/at most 1024/);
  });

  it('names the field at which the bytes end', () => {
    const reader = new ScaleReader(Uint8Array.of(1, 2, 3));
    reader.u64('slot');
    expect(reader.error).toMatch(/slot/);
    expect(reader.u8('after')).toBe(0);
  });

  it('refuses integers above 2^53, malformed UTF-8, odd booleans and trailing bytes', () => {
    const large = new ScaleReader(new Uint8Array(8).fill(0xff));
    large.u64('slot');
    expect(large.error).toMatch(/2\^53/);
    const text = new ScaleReader(Uint8Array.of(8, 0xc3, 0x28));
    text.text(10, 'name');
    expect(text.error).toMatch(/UTF-8/);
    const bool = new ScaleReader(Uint8Array.of(2));
    bool.bool('flag');
    expect(bool.error).toMatch(/neither/);
    const trailing = new ScaleReader(u64(7));
    trailing.u32('n');
    trailing.end();
    expect(trailing.error).toMatch(/too many/);
  });
});

describe('FrameReader', () => {
  const stream = concatBytes([
    encodeFrame(FrameType.keepAlive, new Uint8Array(0)),
    encodeFrame(FrameType.certificate, utf8('certificate')),
    encodeFrame(FrameType.chunk, new Uint8Array(70_000).fill(7)),
  ]);

  it.each([1, 2, 3, 5, 7, 1000, 65_536, 1_000_000])('finds the same frames in pieces of %i bytes', size => {
    const reader = new FrameReader();
    const frames = [];
    for (let at = 0; at < stream.length; at += size) frames.push(...reader.push(stream.subarray(at, at + size)));
    expect(frames.map(frame => [frame.type, frame.body.length])).toEqual([
      [FrameType.keepAlive, 0],
      [FrameType.certificate, 11],
      [FrameType.chunk, 70_000],
    ]);
    expect(reader.error).toBeNull();
  });

  it.each([0, frameLengthMax + 1, 0xffff_ffff])('fails on a frame of length %i and stays failed', length => {
    const reader = new FrameReader();
    expect(reader.push(u32(length))).toEqual([]);
    expect(reader.error).toMatch(/frame of/);
    expect(reader.push(stream)).toEqual([]);
  });

  it('holds a truncated frame back', () => {
    const reader = new FrameReader();
    expect(reader.push(stream.subarray(0, 12))).toHaveLength(1);
    expect(reader.error).toBeNull();
  });
});
