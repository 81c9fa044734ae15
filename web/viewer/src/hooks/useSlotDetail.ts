import type { Player, SlotDetail } from '@nsn/player';
import { useEffect, useState } from 'react';

const retryMilliseconds = 3_000;
const attemptsMax = 5;

/** What the gateway tells about a slot; asked again for a while until the directors' votes are among it. */
export function useSlotDetail(player: Player | null, slot: number | null): SlotDetail | null {
  const [detail, setDetail] = useState<SlotDetail | null>(null);
  useEffect(() => {
    if (player === null || slot === null) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (attempt: number) => {
      const loaded = await player.gateway.slot(slot).catch(() => null);
      if (!current) return;
      if (loaded !== null) setDetail(loaded);
      if ((loaded?.directors?.length ?? 0) === 0 && attempt < attemptsMax) timer = setTimeout(() => void load(attempt + 1), retryMilliseconds);
    };
    void load(1);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [player, slot]);
  return detail?.slot === slot ? detail : null;
}
