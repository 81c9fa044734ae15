import type { PlayerSnapshot, Verdict } from '@nsn/player';
import { useEffect, useState } from 'react';

/** What has come of checking a slot. */
export type Finding = Exclude<Verdict, 'checking'>;

const findingsMax = 256;
const none: ReadonlyMap<number, Finding> = new Map();

/** What this browser has found out about each slot that it has shown or refused to show, for as long as the chain has the same history. */
export function useFindings({ slot: view, verdict, restarts }: PlayerSnapshot): ReadonlyMap<number, Finding> {
  const [known, setKnown] = useState({ restarts, findings: none });
  const slot = view?.slot ?? null;
  useEffect(() => {
    if (slot === null || verdict === null || verdict === 'checking') return;
    setKnown(before => {
      const findings = new Map(before.restarts === restarts ? before.findings : none).set(slot, verdict);
      if (findings.size > findingsMax) findings.delete(findings.keys().next().value!);
      return { restarts, findings };
    });
  }, [slot, verdict, restarts]);
  return known.restarts === restarts ? known.findings : none;
}
