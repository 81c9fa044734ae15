import { checkAgreement, type Agreement, type SlotDetail, type SlotView } from '@nsn/player';
import { useEffect, useState } from 'react';

/** What this browser finds when it opens the directors' commitments itself; null before, and where nothing proves what they are about. */
export function useAgreement(view: SlotView | null, detail: SlotDetail | null): Agreement | null {
  const [found, setFound] = useState<{ detail: SlotDetail; agreement: Agreement } | null>(null);
  const proof = view?.proof ?? null;
  const slot = view?.slot ?? null;
  const contentRoot = proof?.contentRoot ?? null;
  const frameCount = proof?.frameCount ?? null;
  useEffect(() => {
    if (proof === null || slot === null || detail === null || detail.slot !== slot || detail.directors == null) return;
    let current = true;
    void checkAgreement(proof, slot, detail.directors).then(agreement => current && setFound({ detail, agreement }));
    return () => {
      current = false;
    };
    // The proof is another object at every snapshot; these say what it is about.
  }, [slot, contentRoot, frameCount, detail]);
  return proof !== null && found !== null && found.detail === detail ? found.agreement : null;
}
