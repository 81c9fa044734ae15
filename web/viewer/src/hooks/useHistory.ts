import type { Player, SlotSummary } from '@nsn/player';
import { useCallback, useEffect, useState } from 'react';

const pageSize = 12;
const slotsMax = 96;

/** The slots that were on air, newest first: loaded from the gateway, then kept up to date as the channel goes on. */
export function useHistory(player: Player, channel: string, current: SlotSummary | null, restarts: number): { slots: readonly SlotSummary[]; more: (() => void) | null } {
  const [slots, setSlots] = useState<readonly SlotSummary[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);

  const load = useCallback(
    async (before: string | null) => {
      const page = await player.gateway.slots(channel, before, pageSize).catch(() => null);
      if (!page) return;
      setSlots(known => merge(known, page.items));
      setCursor(page.next);
    },
    [player, channel],
  );

  useEffect(() => {
    // After the chain was started afresh, the slots of before are those of a chain that is gone.
    setSlots([]);
    setCursor(null);
    void load(null);
  }, [load, restarts]);
  useEffect(() => {
    if (current !== null) setSlots(known => merge(known, [current]));
  }, [current]);

  const more = cursor !== null && slots.length < slotsMax ? () => void load(cursor) : null;
  return { slots, more };
}

function merge(known: readonly SlotSummary[], added: readonly SlotSummary[]): readonly SlotSummary[] {
  const bySlot = new Map(known.map(summary => [summary.slot, summary]));
  for (const summary of added) bySlot.set(summary.slot, summary);
  return [...bySlot.values()].sort((a, b) => b.slot - a.slot).slice(0, slotsMax);
}
