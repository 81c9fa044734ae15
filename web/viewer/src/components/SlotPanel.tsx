import type { Agreement, PlayerSnapshot, SlotDetail, SlotView, TrustSource } from '@nsn/player';
import { canonicalPlace } from '../canonical';
import { shortHash } from '../format';
import { useAgreement } from '../hooks/useAgreement';
import { Badge } from './Badge';
import { DirectorList } from './DirectorList';
import { CheckIcon } from './icons';
import { Openings } from './Openings';
import { Scores } from './Scores';
import { SimilarityMatrix } from './SimilarityMatrix';
import { Times } from './Times';

/** Who certified what is on the screen: first what this browser has proven, then what the gateway tells. */
export function SlotPanel({ snapshot, detail: told }: { snapshot: PlayerSnapshot; detail: SlotDetail | null }) {
  const view = snapshot.slot;
  // Of a slot that failed its checks, votes and figures that a gateway tells would say the opposite.
  const detail = view?.verdict === 'broken' ? null : told;
  const agreement = useAgreement(view, detail);
  if (view === null) {
    return (
      <aside className="panel" aria-label="This slot">
        <h2>This slot</h2>
        <p className="quiet">As soon as something is on air, you see here who made it, who checked it and how they voted.</p>
      </aside>
    );
  }
  const similarityMin = detail?.thresholds?.['similarity'] ?? null;
  const likely = detail?.similarity != null && similarityMin !== null ? canonicalPlace(detail.similarity, similarityMin) : null;
  const canonical = agreement?.canonical ?? likely;
  return (
    <aside className="panel" aria-label="This slot">
      <header>
        <h2>Slot {view.slot}</h2>
        <Badge verdict={snapshot.verdict ?? view.verdict} />
      </header>
      <Proof view={view} agreement={agreement} />
      {detail?.directors != null && detail.directors.length > 0 && (
        <>
          <DirectorList directors={detail.directors} proposer={detail.proposer ?? null} canonical={canonical} signers={view.proof?.signers ?? []} />
          {detail.similarity != null && <SimilarityMatrix similarity={detail.similarity} directors={detail.directors} threshold={similarityMin} />}
          {agreement !== null && <Openings directors={detail.directors} agreement={agreement} frameCount={view.proof?.frameCount ?? null} />}
          <Scores directors={detail.directors} thresholds={detail.thresholds ?? {}} />
        </>
      )}
      {detail?.times != null && <Times times={detail.times} airsAt={detail.airsAt ?? null} />}
      <Identity view={view} detail={detail} />
    </aside>
  );
}

const trustTexts: Record<TrustSource, string> = {
  pinned: 'the directors are the ones this page was set up with',
  candidates: 'the directors are among those this page was set up with',
  witnessed: 'other gateways name the same directors',
  gateway: 'that these are the epoch’s directors is this gateway’s word',
};

function Proof({ view, agreement }: { view: SlotView; agreement: Agreement | null }) {
  const { proof } = view;
  if (view.verdict === 'broken') return <p className="proof-broken">{view.reason}</p>;
  if (view.verdict === 'filler') return <p className="quiet">{view.summary?.reason ? `No certificate: ${view.summary.reason.replace(/\.$/, '')}.` : 'Nobody has certified this slot.'}</p>;
  if (proof === null) return <p className="quiet">The certificate is being checked.</p>;
  const chunks = view.chunkCount === null ? `${view.chunksVerified} chunks` : `${view.chunksVerified} of ${view.chunkCount} chunks`;
  const opened = agreement?.openings.filter(opening => opening.state === 'opened').length ?? 0;
  return (
    <section>
      <h3>Checked in this browser</h3>
      <ul className="checks">
        <li><CheckIcon size={16} /> {proof.signers.length} of {proof.directors} directors of epoch {proof.epoch} signed</li>
        <li><CheckIcon size={16} /> {chunks}: Merkle proofs and hashes hold</li>
        {proof.prompt !== null && <li><CheckIcon size={16} /> the prompt is the one that they signed</li>}
        {opened > 0 && agreement?.canonical != null && <li><CheckIcon size={16} /> {opened} commitments open; the certified embedding is director {agreement.canonical + 1}’s</li>}
        <li className={proof.trust === 'gateway' ? 'told' : undefined}><CheckIcon size={16} /> {trustTexts[proof.trust]}{proof.witnesses > 0 ? ` (${proof.witnesses})` : ''}</li>
      </ul>
    </section>
  );
}

function Identity({ view, detail }: { view: SlotView; detail: SlotDetail | null }) {
  const rows: [string, string | null | undefined][] = [
    ['Content root', view.proof?.contentRoot ?? view.summary?.contentRoot],
    ['Recipe', view.proof?.recipeHash ?? view.summary?.recipeHash],
    ['Model pack', view.proof?.modelPackHash ?? detail?.modelPackHash],
    ['Seed', detail?.seed],
  ];
  return (
    <section>
      <h3>Fingerprints</h3>
      <dl className="identity">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}{name === 'Model pack' && detail?.modelPack ? ` ${detail.modelPack}` : ''}</dt>
            <dd title={value ?? undefined}>{shortHash(value)}</dd>
          </div>
        ))}
        {view.verdict === 'certified' && (
          <div>
            <dt>To keep</dt>
            <dd>
              <a href={`/api/slots/${view.slot}/certificate`} download={`slot-${view.slot}.cert`}>certificate</a>{', '}
              <a href={`/api/slots/${view.slot}/recording`} download={`slot-${view.slot}.webm`}>clip</a>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
