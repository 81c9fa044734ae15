import { expect, it } from 'vitest';
import { ago, bits, bytes, clock, milliseconds, shortHash, until } from '../src/format.js';

it.each([
  [clock(-1), '0:00'], [clock(9.9), '0:09'], [clock(61), '1:01'], [clock(3_600), '60:00'],
  [ago(0, -5_000), '0 s ago'], [ago(0, 59_400), '59 s ago'], [ago(0, 60_000), '1 min ago'], [ago(0, 3_599_000), '59 min ago'], [ago(0, 7_200_000), '2 h ago'],
  [until(0, 0), 'now'], [until(0, 5_000), 'now'], [until(1, 0), 'in 1 s'], [until(59_000, 0), 'in 59 s'], [until(59_001, 0), 'in 1:00'],
  [shortHash(null), '—'], [shortHash(''), '—'], [shortHash('0x123456789abc'), '0x123456789abc'], [shortHash('0x123456789abcd'), '0x123456…abcd'],
  [bits(999_499), '999 kbit/s'], [bits(1_000_000), '1.00 Mbit/s'], [bytes(1_499), '1 kB'], [bytes(1_000_000), '1.0 MB'], [bytes(2_500_000_000), '2.50 GB'],
  [milliseconds(undefined), '—'], [milliseconds(0), '0 ms'], [milliseconds(999.4), '999 ms'], [milliseconds(1_000), '1.0 s'],
])('says %s where %s is due', (said, due) => expect(said).toBe(due));
