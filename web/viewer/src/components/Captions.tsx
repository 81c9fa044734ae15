import type { Caption } from '@nsn/player';

/** The line that is being said. */
export function Captions({ captions, time }: { captions: readonly Caption[]; time: number }) {
  const cue = captions.findLast(caption => caption.start <= time && time < caption.end);
  return cue === undefined ? null : <p className="captions" dir="auto" data-testid="captions"><span>{cue.text}</span></p>;
}
