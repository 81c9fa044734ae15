import type { DirectorVote } from '@nsn/player';

const names: Record<string, string> = { clipA: 'Tower A', clipB: 'Tower B' };

/** How well the clip fits its prompt, by both CLIP towers: the range over the directors against the threshold. */
export function Scores({ directors, thresholds }: { directors: readonly DirectorVote[]; thresholds: Readonly<Record<string, number>> }) {
  const keys = [...new Set(directors.flatMap(director => Object.keys(director.scores ?? {})))];
  if (keys.length === 0) return null;
  return (
    <section>
      <h3>Fits the prompt</h3>
      {keys.map(key => {
        const values = directors.flatMap(director => director.scores?.[key] ?? []);
        const low = Math.min(...values);
        const threshold = thresholds[key];
        const scale = Math.max(...values, threshold ?? 0) * 1.25 || 1;
        return (
          <div className="score" key={key}>
            <span>{names[key] ?? key}</span>
            <span className="score-bar" aria-hidden="true">
              <span className={`score-fill${threshold !== undefined && low < threshold ? ' below' : ''}`} style={{ width: `${(100 * low) / scale}%` }} />
              {threshold !== undefined && <span className="score-mark" style={{ left: `${(100 * threshold) / scale}%` }} />}
            </span>
            <span className="score-value">{low.toFixed(3)}<small>{threshold === undefined ? '' : ` ≥ ${threshold.toFixed(2)}`}</small></span>
          </div>
        );
      })}
    </section>
  );
}
