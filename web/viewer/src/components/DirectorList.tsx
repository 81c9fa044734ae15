import type { DirectorVote } from '@nsn/player';
import { shortHash } from '../format';

/** A rejection may name its reason: `reject-scores`. */
function verdictOf(director: DirectorVote): 'accept' | 'reject' | 'absent' {
  return director.verdict === 'accept' ? 'accept' : director.verdict.startsWith('reject') ? 'reject' : 'absent';
}

const words = { accept: 'accepted', reject: 'rejected', absent: 'silent' } as const;

/** The five directors and their votes. A filled mark means that this browser has verified the signature itself. */
export function DirectorList({ directors, proposer, signers }: { directors: readonly DirectorVote[]; proposer: string | null; signers: readonly string[] }) {
  return (
    <section>
      <h3>Directors</h3>
      <ol className="directors">
        {directors.map(director => (
          <li key={director.key}>
            <span className={`vote vote-${verdictOf(director)}${signers.includes(director.key) ? ' proven' : ''}`} aria-hidden="true" />
            <span className="director-name">
              {director.name || shortHash(director.account ?? director.key)}
              {director.key === proposer && <small>made it</small>}
              {director.canonical && <small>medoid</small>}
            </span>
            <span className="director-verdict" title={director.reason ?? (signers.includes(director.key) ? 'Your browser has verified this signature' : undefined)}>
              {words[verdictOf(director)]}{signers.includes(director.key) ? ', verified' : ''}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
