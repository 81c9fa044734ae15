import type { DirectorVote } from '@nsn/player';
import { shortHash } from '../format';

const words = { accept: 'accepted', reject: 'rejected', absent: 'silent' } as const;

/** The five directors and their votes. A filled mark means that this browser has verified the signature itself. */
export function DirectorList({ directors, proposer, canonical, signers }: { directors: readonly DirectorVote[]; proposer: string | null; canonical: number | null; signers: readonly string[] }) {
  return (
    <section>
      <h3>Directors</h3>
      <ol className="directors">
        {directors.map((director, place) => (
          <li key={director.key}>
            <span className={`vote vote-${director.verdict}${signers.includes(director.key) ? ' proven' : ''}`} aria-hidden="true" />
            <span className="director-name">
              {director.name || shortHash(director.account ?? director.key)}
              {director.key === proposer && <small>made it</small>}
              {place === canonical && <small title="Its embedding stands for what they all saw">medoid</small>}
            </span>
            <span className="director-verdict" title={director.reason ?? (signers.includes(director.key) ? 'Your browser has verified this signature' : undefined)}>
              {words[director.verdict]}{signers.includes(director.key) ? ', verified' : ''}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
