import type { SlotSummary } from '@nsn/player';
import { useLayoutEffect, useRef } from 'react';
import { ago, until } from '../format';
import type { Finding } from '../hooks/useFindings';
import { CheckIcon, ReplayIcon } from './icons';

/** What the gateway says about slots; whether one that is ready is certified, this browser finds out when it comes. */
const stateTexts: Record<string, string> = {
  planned: 'planned', generating: 'being made', verifying: 'being checked', certified: 'ready', failed: 'no certificate',
};

const foundTexts: Record<Finding, string> = { certified: 'certified', filler: 'filler', broken: 'failed its checks' };

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

interface AiredProps {
  readonly slots: readonly SlotSummary[];
  readonly findings: ReadonlyMap<number, Finding>;
  /** The slot on the screen. */
  readonly current: number | null;
  readonly replaying: boolean;
  readonly now: number;
  readonly onReplay: (slot: number) => void;
  /** Loads earlier slots; null when there are none. */
  readonly more: (() => void) | null;
}

/**
 * What was on air, to play again; what this browser has found out about a slot counts for more than what the gateway says. Newest first: whoever
 * looks at the newest goes on seeing them, whoever has scrolled to earlier ones keeps those before the eyes.
 */
export function Aired({ slots, findings, current, replaying, now, onReplay, more }: AiredProps) {
  // What is certified ahead of its time is not history yet.
  const aired = slots.filter(slot => slot.slot === current || slot.airsAt == null || slot.airsAt <= now);
  const list = useRef<HTMLOListElement>(null);
  const newest = aired[0]?.slot ?? null;
  const newestBefore = useRef(newest);
  useLayoutEffect(() => {
    const element = list.current!;
    const left = (slot: number | null) => element.querySelector(`[data-slot="${slot}"]`)?.getBoundingClientRect().left;
    // As far as what is new has moved the others, where somebody looks at one of those.
    const moved = (left(newestBefore.current) ?? NaN) - (left(newest) ?? NaN);
    if (moved > 0 && (element.scrollLeft > 0 || element.querySelector(':focus-visible') !== null)) element.scrollLeft += moved;
    newestBefore.current = newest;
  }, [newest]);
  return (
    <section className="aired" aria-labelledby="aired-title">
      <h2 id="aired-title">Aired</h2>
      {/* Browsers leave a card that is partly in sight where it is, even if most of it is not. */}
      <ol ref={list} onFocus={event => event.target.scrollIntoView({ block: 'nearest', inline: 'nearest' })}>
        {aired.map(slot => {
          const shown = slot.slot === current;
          const found = findings.get(slot.slot);
          const kind = found ?? (slot.kind === 'filler' ? 'filler' : 'unchecked');
          return (
            <li key={slot.slot}>
              <button className={`card card-${kind}${shown ? ' shown' : ''}`} onClick={() => onReplay(slot.slot)} disabled={shown && !replaying} data-testid="card" data-slot={slot.slot}>
                <span className="card-head"><span><span className="sr-only">{shown ? 'On the screen: slot ' : 'Play again: slot '}</span>{slot.slot}</span><span>{shown ? (replaying ? 'replaying' : 'on air') : slot.airsAt ? ago(slot.airsAt, now) : ''}</span></span>
                <span className="card-prompt" dir="auto">{slot.prompt ?? 'Filler'}</span>
                <span className="card-foot">
                  <span title={kind === 'unchecked' ? 'As the gateway says; it is checked when it is played' : undefined}>
                    {kind === 'certified' && <CheckIcon size={14} />}
                    {kind === 'unchecked' ? (slot.votes != null ? `${slot.votes} votes` : (stateTexts[slot.state] ?? slot.state)) : foundTexts[kind]}
                  </span>
                  {!shown && <ReplayIcon size={15} />}
                </span>
              </button>
            </li>
          );
        })}
        {more !== null && <li><button className="card card-more" onClick={more}>Earlier slots</button></li>}
      </ol>
    </section>
  );
}
