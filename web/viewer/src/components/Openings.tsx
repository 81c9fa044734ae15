import type { Agreement, DirectorVote, Opening } from '@nsn/player';

const words = { silent: 'nothing sealed', sealed: 'not opened', opened: 'opened', wrong: 'does not open' } as const;

/**
 * What each director had sealed before it saw the others, as far as this browser could open it, and which frames it therefore had to make
 * again: its secret decides, and it could not choose.
 */
export function Openings({ directors, agreement, frameCount }: { directors: readonly DirectorVote[]; agreement: Agreement; frameCount: number | null }) {
  return (
    <section>
      <h3>Sealed and made again {frameCount !== null && <small>of {frameCount} frames</small>}</h3>
      <table className="openings" aria-label="The directors’ commitments, opened by your browser, and the frames that each made again">
        <thead className="sr-only">
          <tr><th scope="col">Director</th><th scope="col">Frames made again</th><th scope="col">Commitment</th></tr>
        </thead>
        <tbody>
          {directors.map((director, place) => {
            const opening = agreement.openings.find(({ key }) => key === director.key);
            return opening === undefined ? null : (
              <tr key={director.key} className={`opening-${opening.state}`} data-testid="opening" data-state={opening.state}>
                <th scope="row">{place + 1}</th>
                <td><Frames opening={opening} frameCount={frameCount} /></td>
                <td className="opening-state" title={opening.reason ?? undefined}>{words[opening.state]}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Where in the clip they are. */
function Frames({ opening: { frames }, frameCount }: { opening: Opening; frameCount: number | null }) {
  if (frameCount === null || frames.length === 0) return <span className="frames" />;
  return (
    <>
      <span className="frames" aria-hidden="true" title={`Frames ${frames.join(', ')}`}>
        {frames.map(frame => <span key={frame} style={{ left: `${(100 * (frame + 0.5)) / frameCount}%` }} />)}
      </span>
      <span className="sr-only">{frames.join(', ')}</span>
    </>
  );
}
