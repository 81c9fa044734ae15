import type { PlayerSnapshot, PlayerStatistics } from '@nsn/player';
import { bits, bytes, milliseconds } from '../format';
import { CloseIcon } from './icons';

/** What the player measures; nothing here is estimated or told by the gateway. */
export function StatisticsOverlay({ statistics, snapshot, onClose }: { statistics: PlayerStatistics; snapshot: PlayerSnapshot; onClose: () => void }) {
  const { checks } = statistics;
  const transport = snapshot.transport === 'webrtc' ? 'WebRTC data channel' : snapshot.transport === 'http' ? (snapshot.udpBlocked ? 'HTTP (UDP is blocked)' : 'HTTP') : '—';
  const perChunk = checks.chunks > 0 ? checks.milliseconds / checks.chunks : 0;
  const rows: [string, string][] = [
    ['Transport', transport],
    ['Gateway', statistics.remoteAddress ?? '—'],
    ['Round trip', milliseconds(statistics.roundTripMilliseconds)],
    ['Join to first picture', milliseconds(statistics.joinMilliseconds)],
    ['Bit rate', bits(statistics.bitsPerSecond)],
    ['Received', bytes(statistics.bytesReceived)],
    ['Buffer', `${statistics.bufferSeconds.toFixed(1)} s`],
    ['Behind the air', statistics.behindSeconds === null ? '—' : `${statistics.behindSeconds.toFixed(1)} s`],
    ['Picture', statistics.width > 0 ? `${statistics.width} × ${statistics.height}` : '—'],
    ['Frames', `${statistics.framesDecoded} shown, ${statistics.framesDropped} dropped`],
    ['Stalls, jumps, reconnections', `${statistics.stalls}, ${statistics.skips}, ${statistics.reconnections}`],
    ['Certificates, signatures', `${checks.certificates}, ${checks.signatures} checked`],
    ['Chunks', `${checks.chunks} checked, ${statistics.chunksRecovered} fetched again, ${statistics.chunksLost} lost`],
    ['Failed checks', String(checks.failures)],
    ['Checking takes', `${perChunk.toFixed(1)} ms a chunk`],
  ];
  return (
    <aside className="statistics" aria-label="Statistics">
      <button className="control" onClick={onClose} aria-label="Close statistics"><CloseIcon size={16} /></button>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
