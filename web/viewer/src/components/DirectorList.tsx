import type { DirectorVote } from '@nsn/player';
import { shortHash } from '../format';

const words = { accept: 'accepted', reject: 'rejected', absent: 'silent' } as const;

/** The five directors and their votes. A filled mark means that this browser has verified the signature itself. */
export function DirectorList({ directors, proposer, canonical, signers }: { directors: readonly DirectorVote[]; proposer: string | null; canonical: number | null; signers: readonly string[] }) {
  return (
    <section>
      <h3>Directors</h3>
      <ol className="directors">
        {directors.map((director, place) => {
          // Who has signed has accepted, whatever the gateway tells.
          const signed = signers.includes(director.key);
          const verdict = signed ? 'accept' : director.verdict;
          return (
            <li key={director.key}>
              <span className={`vote vote-${verdict}${signed ? ' proven' : ''}`} aria-hidden="true" />
              <span className="director-name">
                {director.name || shortHash(director.account ?? director.key)}
                {director.key === proposer && <small>made it</small>}
                {place === canonical && <small title="Its embedding stands for what they all saw">medoid</small>}
              </span>
              <span className="director-verdict" title={signed ? 'Your browser has verified this signature' : (director.reason ?? undefined)}>
                {words[verdict]}{signed ? ', verified' : ''}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
