import type { PlayerSnapshot } from '@nsn/player';

/** Tells screen readers what sighted viewers see change: the slot, its verdict, the connection. */
export function Announcer({ snapshot }: { snapshot: PlayerSnapshot }) {
  const { slot, verdict, status } = snapshot;
  const channel =
    slot === null || verdict === null ? 'Nothing is on air.'
    : verdict === 'broken' ? `Slot ${slot.slot} is broken: ${slot.reason ?? ''}. It is not shown.`
    : `Slot ${slot.slot}, ${verdict}: ${slot.proof?.prompt ?? slot.summary?.prompt ?? ''}.`;
  const connection = status === 'live' || status === 'closed' ? '' : status === 'offline' ? 'The network is gone.' : `${status}.`;
  return <p className="sr-only" role="status" aria-live="polite">{channel} {connection}</p>;
}
