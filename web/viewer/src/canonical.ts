const votes = 3;

/**
 * The place of the director whose embedding stands for what all saw (docs/formats.md): of those with at least three similarities of the
 * threshold or more, its own included, the one whose three highest have the largest sum; of equals, the first. Null when there is none.
 */
export function canonicalPlace(similarity: readonly (readonly (number | null)[])[], threshold: number): number | null {
  let best: number | null = null;
  let bestSum = -Infinity;
  similarity.forEach((row, place) => {
    if ((row[place] ?? null) === null) return;
    // In millionths, as the directors reckon.
    const highest = row.filter(value => value !== null).map(value => Math.round(value * 1e6)).sort((a, b) => b - a).slice(0, votes);
    if (highest.length < votes || highest.at(-1)! < Math.round(threshold * 1e6)) return;
    const sum = highest.reduce((total, value) => total + value, 0);
    if (sum <= bestSum) return;
    best = place;
    bestSum = sum;
  });
  return best;
}
