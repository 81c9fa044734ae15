import type { Player, PlayerSnapshot } from '@nsn/player';
import type { ReactNode } from 'react';
import { until } from '../format';
import { HourglassIcon, PlayIcon, PlugIcon, ShieldBrokenIcon, SoundIcon } from './icons';

/** Says what is the matter when there is no picture, or not the usual one. */
export function StageMessage({ player, snapshot, now }: { player: Player; snapshot: PlayerSnapshot; now: number }) {
  const next = snapshot.upcoming[0];
  const trouble = troubleOf(snapshot);
  const nextText = trouble !== null ? trouble.text : snapshot.mode === 'replay' ? 'Go back to live to see what is on air.' : next?.airsAt ? `The next slot airs ${until(next.airsAt, now)}.` : 'The next slot follows.';

  if (snapshot.unsupported !== null) {
    return <Cover tone="broken" icon={<ShieldBrokenIcon size={44} />} title="This browser cannot play the channel" text={snapshot.unsupported} />;
  }
  if (snapshot.verdict === 'broken') {
    return (
      <Cover tone="broken" icon={<ShieldBrokenIcon size={44} />} title={`Slot ${snapshot.slot?.slot ?? ''} failed its checks`} text={`It is not shown: ${snapshot.verdictReason ?? 'its proof does not hold'}. ${nextText}`} />
    );
  }
  if (snapshot.starved && !snapshot.paused) {
    if (trouble !== null) return <Cover icon={trouble.spinner ? <Spinner /> : <PlugIcon size={44} />} title={trouble.title} text={trouble.text} />;
    if (snapshot.verdict === 'checking') return <Cover icon={<Spinner />} title="Checking the proof" text="Signatures, Merkle proofs and hashes come first, then the picture." />;
    if (snapshot.verdict === null) return <Cover icon={<HourglassIcon size={44} />} title="Nothing certified is on air" text={nextText} />;
    return <Toast><Spinner /> Waiting for the next slot</Toast>;
  }
  if (snapshot.paused) {
    return <button className="big-play" onClick={() => void player.play()} aria-label="Play"><PlayIcon size={40} /></button>;
  }
  if (trouble !== null) return <Toast><Spinner /> {trouble.title}</Toast>;
  if (snapshot.soundBlocked) {
    return <button className="sound-chip" onClick={() => player.setMuted(false)} data-testid="sound"><SoundIcon /> Turn sound on</button>;
  }
  return null;
}

function troubleOf({ status, statusReason }: PlayerSnapshot): { title: string; text: string; spinner: boolean } | null {
  switch (status) {
    case 'connecting':
      return { title: 'Connecting', text: 'Looking for the shortest way to the channel.', spinner: true };
    case 'reconnecting':
      return { title: 'Reconnecting', text: 'The connection was lost. It goes on where it stopped.', spinner: true };
    case 'starting':
      return { title: 'The gateway is starting', text: statusReason ?? 'It will be ready in a moment.', spinner: true };
    case 'offline':
      return { title: 'The network is gone', text: 'The gateway cannot be reached. The channel comes back by itself as soon as it can.', spinner: false };
    default:
      return null;
  }
}

function Cover({ icon, title, text, tone }: { icon: ReactNode; title: string; text: string; tone?: 'broken' }) {
  return (
    <div className={`cover${tone ? ` cover-${tone}` : ''}`} role="status" data-testid="cover">
      {icon}
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  );
}

function Toast({ children }: { children: ReactNode }) {
  return <div className="toast" role="status">{children}</div>;
}

function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
