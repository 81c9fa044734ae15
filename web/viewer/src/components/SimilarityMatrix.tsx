import type { DirectorVote } from '@nsn/player';

/** How alike the directors saw the clip: cosine similarity of their embeddings, two by two. */
export function SimilarityMatrix({ similarity, directors, threshold }: { similarity: readonly (readonly (number | null)[])[]; directors: readonly DirectorVote[]; threshold: number | null }) {
  return (
    <section>
      <h3>Similarity {threshold !== null && <small>at least {threshold.toFixed(2)}</small>}</h3>
      <div className="matrix" role="table" aria-label="Similarity of the directors’ embeddings">
        <div role="row">
          <span role="cell" />
          {directors.map((_, column) => <span key={column} role="columnheader" className="matrix-head">{column + 1}</span>)}
        </div>
        {directors.map((director, row) => (
          <div role="row" key={director.key}>
            <span role="rowheader" className="matrix-head">{row + 1}</span>
            {directors.map((_, column) => {
              const value = similarity[row]?.[column] ?? null;
              const below = value !== null && threshold !== null && value < threshold;
              return (
                <span key={column} role="cell" className={`cell${value === null ? ' none' : below ? ' below' : ''}`} style={value === null || below ? undefined : { backgroundColor: shade(value, threshold ?? 0.85) }} title={`${row + 1} and ${column + 1}: ${value === null ? 'nothing revealed' : value.toFixed(4)}`}>
                  {value === null ? '·' : value >= 0.9995 ? '1' : value.toFixed(3).slice(1)}
                </span>
              );
            })}
          </div>
        ))}
      </div>
    </section>
  );
}

/** From dark at the threshold to bright at 1, where all the differences are. */
function shade(value: number, threshold: number): string {
  const position = Math.min(1, Math.max(0, (value - threshold) / (1 - threshold || 1)));
  return `hsl(152 ${24 + 16 * position}% ${17 + 20 * position}%)`;
}
