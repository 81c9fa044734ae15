import type { Player, PlayerSnapshot, PlayerStatistics } from '@nsn/player';
import { useEffect, useRef, useState, type RefObject } from 'react';
import type { Settings } from '../settings';
import { Ambient } from './Ambient';
import { Captions } from './Captions';
import { Controls } from './Controls';
import { Picture } from './Picture';
import { StageMessage } from './StageMessage';
import { StatisticsOverlay } from './StatisticsOverlay';

interface StageProps {
  readonly player: Player;
  readonly snapshot: PlayerSnapshot;
  readonly video: HTMLVideoElement;
  readonly settings: Settings;
  readonly statistics: PlayerStatistics | null;
  readonly now: number;
  readonly onSettings: (change: Partial<Settings>) => void;
  readonly onToggleStatistics: () => void;
  readonly onToggleFullScreen: () => void;
  readonly stage: RefObject<HTMLDivElement | null>;
}

const idleMilliseconds = 2_800;

/** The picture, what lies over it, and the controls below it. */
export function Stage({ player, snapshot, video, settings, statistics, now, onSettings, onToggleStatistics, onToggleFullScreen, stage }: StageProps) {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = () => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIdle(true), idleMilliseconds);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  // What has failed its checks, or was never checked, must not stay on the screen, not even as the last picture.
  const hidden = snapshot.verdict === 'broken' || (snapshot.verdict === null && snapshot.starved);
  const togglePlay = () => (snapshot.paused ? void player.play() : player.pause());

  return (
    <section className={`stage${idle ? ' idle' : ''}`} ref={stage} onPointerMove={wake} onPointerDown={wake} onKeyDown={wake} onFocus={wake} aria-label="The channel">
      <div className="picture">
        {settings.ambient && <Ambient video={video} hidden={hidden} />}
        <Picture video={video} concealed={hidden} label={snapshot.slot?.proof?.prompt ?? 'The channel’s picture'} onClick={togglePlay} onDoubleClick={onToggleFullScreen} />
        {settings.captions && !hidden && <Captions captions={snapshot.slot?.captions ?? []} time={snapshot.clipTime} />}
        {snapshot.verdict === 'filler' && <p className="ribbon" data-testid="ribbon" title={snapshot.slot?.summary?.reason ?? undefined}>Filler · {snapshot.slot?.summary?.reason ?? 'nothing certified in this slot'}</p>}
        {snapshot.mode === 'replay' && (
          <button className="replay-chip" onClick={() => void player.goLive()}>
            Replay of slot {snapshot.slot?.slot ?? '…'} <span>Back to live</span>
          </button>
        )}
        <StageMessage player={player} snapshot={snapshot} now={now} />
        {statistics !== null && <StatisticsOverlay statistics={statistics} snapshot={snapshot} onClose={onToggleStatistics} />}
      </div>
      <Controls
        player={player}
        snapshot={snapshot}
        settings={settings}
        statisticsOpen={statistics !== null}
        onSettings={onSettings}
        onTogglePlay={togglePlay}
        onToggleStatistics={onToggleStatistics}
        onToggleFullScreen={onToggleFullScreen}
      />
    </section>
  );
}
