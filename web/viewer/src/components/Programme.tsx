import type { SlotSummary } from '@nsn/player';
import { useLayoutEffect, useRef } from 'react';
import { ago, until } from '../format';
import { ReplayIcon } from './icons';

const stateTexts: Record<string, string> = {
  planned: 'planned', generating: 'being made', verifying: 'being checked', certified: 'certified', failed: 'no certificate',
};

/** What comes next. */
export function ComingUp({ slots, replaying, now }: { slots: readonly SlotSummary[]; replaying: boolean; now: number }) {
  return (
    <section className="coming" aria-labelledby="coming-title">
      <h2 id="coming-title">Coming up</h2>
      {slots.length === 0 ? (
        <p className="quiet">{replaying ? 'Back to live, you see here what comes next.' : 'The programme is announced a few slots ahead.'}</p>
      ) : (
        <ol>
          {slots.slice(0, 4).map(slot => (
            <li key={slot.slot} className={`state-${slot.state}`}>
              <span className="coming-when">{slot.airsAt ? until(slot.airsAt, now) : `slot ${slot.slot}`}</span>
              <span className="coming-what">
                <span className="coming-prompt" dir="auto">{slot.prompt ?? 'not decided yet'}</span>
                {slot.origin === 'viewer' && <small>a viewer’s wish</small>}
              </span>
              <span className="coming-state">{stateTexts[slot.state] ?? slot.state}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** What was on air, to play again. Newest first: whoever looks at the newest goes on seeing them, whoever has scrolled to earlier ones keeps those before the eyes. */
export function Aired({ slots, current, replaying, now, onReplay, more }: { slots: readonly SlotSummary[]; current: number | null; replaying: boolean; now: number; onReplay: (slot: number) => void; more: (() => void) | null }) {
  // What is certified ahead of its time is not history yet.
  const aired = slots.filter(slot => slot.slot === current || slot.airsAt == null || slot.airsAt <= now);
  const list = useRef<HTMLOListElement>(null);
  const width = useRef(0);
  const newest = aired[0]?.slot ?? null;
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    if (element.scrollLeft > 0 && width.current > 0) element.scrollLeft += element.scrollWidth - width.current;
    width.current = element.scrollWidth;
  }, [newest]);
  return (
    <section className="aired" aria-labelledby="aired-title">
      <h2 id="aired-title">Aired</h2>
      <ol ref={list}>
        {aired.map(slot => {
          const shown = slot.slot === current;
          return (
            <li key={slot.slot}>
              <button className={`card card-${slot.kind}${shown ? ' shown' : ''}`} onClick={() => onReplay(slot.slot)} disabled={shown && !replaying} data-testid="card" data-slot={slot.slot}>
                <span className="card-head"><span><span className="sr-only">{shown ? 'On the screen: slot ' : 'Play again: slot '}</span>{slot.slot}</span><span>{shown ? (replaying ? 'replaying' : 'on air') : slot.airsAt ? ago(slot.airsAt, now) : ''}</span></span>
                <span className="card-prompt" dir="auto">{slot.prompt ?? 'Filler'}</span>
                <span className="card-foot"><span>{slot.kind === 'filler' ? 'filler' : slot.votes != null ? `${slot.votes} votes` : (stateTexts[slot.state] ?? slot.state)}</span>{!shown && <ReplayIcon size={15} />}</span>
              </button>
            </li>
          );
        })}
        {more !== null && <li><button className="card card-more" onClick={more}>Earlier slots</button></li>}
      </ol>
    </section>
  );
}
