import { describe, expect, it } from 'vitest';
import { canonicalPlace } from '../src/canonical.js';

/** A symmetric matrix from what is above its diagonal. */
function matrix(size: number, pairs: Readonly<Record<string, number>>, silent: readonly number[] = []) {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (silent.includes(i) || silent.includes(j) ? null : i === j ? 1 : (pairs[`${Math.min(i, j)}${Math.max(i, j)}`] ?? 0.5))));
}

describe('the canonical embedding', () => {
  it('is the one whose three nearest are nearest, not the one with the best average', () => {
    // 1 is at 0.97 from everyone, 3 very close to 2 and 4.
    const similarity = matrix(5, { '01': 0.97, '12': 0.97, '13': 0.97, '14': 0.97, '23': 0.995, '34': 0.994, '24': 0.99, '02': 0.9, '03': 0.9, '04': 0.9 });
    expect(canonicalPlace(similarity, 0.95)).toBe(3);
  });

  it('is the first of equals', () => {
    expect(canonicalPlace(matrix(5, { '12': 0.96, '13': 0.96, '23': 0.96 }), 0.95)).toBe(1);
  });

  it('is one with three within the radius, the edge included', () => {
    const pair = { '04': 0.999999, '12': 0.95, '13': 0.95, '23': 0.949999 };
    expect(canonicalPlace(matrix(5, pair), 0.95)).toBe(1);
    expect(canonicalPlace(matrix(5, pair), 0.950001)).toBeNull();
  });

  it('is nobody’s who has revealed nothing, and there is none without three that have', () => {
    const all = { '01': 0.99, '02': 0.99, '03': 0.99, '04': 0.99, '12': 0.98, '13': 0.98, '14': 0.98, '23': 0.98, '24': 0.98, '34': 0.98 };
    expect(canonicalPlace(matrix(5, all), 0.95)).toBe(0);
    expect(canonicalPlace(matrix(5, all, [0]), 0.95)).toBe(1);
    expect(canonicalPlace(matrix(5, all, [0, 1, 2]), 0.95)).toBeNull();
    expect(canonicalPlace([], 0.95)).toBeNull();
  });
});
