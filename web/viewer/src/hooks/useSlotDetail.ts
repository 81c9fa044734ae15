import { GatewayError, type Player, type SlotDetail } from '@nsn/player';
import { useEffect, useRef, useState } from 'react';

const retryMilliseconds = 3_000;
const attemptsMax = 5;
const detailsMax = 32;

/**
 * What the gateway tells about a slot; asked again for a while until the directors' votes are among it. The slot that comes next is asked for
 * in advance, so that the panel does not go empty at every change of slots. Filler that nobody had planned anything for has no record, and none will come.
 */
export function useSlotDetail(player: Player, slot: number | null, filler: boolean, next: number | null, restarts: number): SlotDetail | null {
  const known = useRef(new Map<number, SlotDetail>());
  const history = useRef(restarts);
  if (history.current !== restarts) {
    // Slots count anew: what is known is of a chain that is gone.
    history.current = restarts;
    known.current.clear();
  }
  const [, redraw] = useState(0);

  useEffect(() => {
    if (slot === null) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (wanted: number, attempt: number) => {
      let unknown = false;
      const loaded = await player.gateway.slot(wanted).catch((cause: unknown) => {
        unknown = cause instanceof GatewayError && cause.status === 404;
        return null;
      });
      if (!current) return;
      if (loaded !== null) {
        known.current.set(wanted, loaded);
        if (known.current.size > detailsMax) known.current.delete(known.current.keys().next().value!);
        redraw(count => count + 1);
      }
      if (wanted === slot && !(filler && unknown) && (loaded?.directors?.length ?? 0) === 0 && attempt < attemptsMax) {
        timer = setTimeout(() => void load(wanted, attempt + 1), retryMilliseconds);
      }
    };
    void load(slot, 1);
    if (next !== null) void load(next, 1);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [player, slot, filler, next, restarts]);

  return slot === null ? null : (known.current.get(slot) ?? null);
}
