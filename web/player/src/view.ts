import { toHex } from './codec/bytes.js';
import type { LiveProgramme } from './playback/liveProgramme.js';
import type { Screen } from './playback/screen.js';
import type { SlotSession } from './playback/slotSession.js';
import type { PlayerSnapshot, SlotProof, SlotView } from './snapshot.js';
import type { Connection } from './transport/connection.js';
import type { Verdict } from './verify/slotVerifier.js';

/** Puts together what the viewer is to see. */
export function buildSnapshot(
  connection: Connection,
  screen: Screen,
  programme: LiveProgramme,
  mode: 'live' | 'replay',
  replay: SlotSession | null,
  unsupported: string | null,
  restarts: number,
): PlayerSnapshot {
  const shown = onScreen(screen, programme, mode, replay);
  const span = screen.span;
  return {
    mode,
    status: connection.status,
    statusReason: connection.reason,
    transport: connection.transportKind,
    udpBlocked: connection.transportKind === 'http' && connection.udpBlocked,
    verdict: shown.verdict,
    verdictReason: shown.session?.verifier.reason ?? null,
    slot: shown.session === null ? null : slotView(shown.session, screen),
    upcoming: mode === 'live' ? programme.upcoming(shown.session?.slot ?? -1) : [],
    paused: screen.paused,
    starved: screen.starved,
    muted: screen.muted,
    volume: screen.volume,
    soundBlocked: screen.soundBlocked,
    restarts,
    unsupported,
    clipTime: span === null ? 0 : Math.max(0, screen.currentTime - span.offset),
    clipDuration: span === null ? null : (shown.session?.summary?.durationMilliseconds ?? 0) / 1000 || span.end - span.offset,
  };
}

/**
 * The verdict on what the viewer sees at this moment, not on what arrived last. A slot that failed its checks counts from the moment at which
 * the screen would have shown it: at once when it is the one playing, otherwise when what was good before it has run out.
 */
function onScreen(screen: Screen, programme: LiveProgramme, mode: 'live' | 'replay', replay: SlotSession | null): { verdict: Verdict | null; session: SlotSession | null } {
  const span = screen.span;
  const session = replay ?? (span === null ? null : programme.session(span.slot));
  if (session?.verifier.verdict === 'broken') return { verdict: 'broken', session };
  if (mode === 'live' && (span === null || screen.starved)) {
    const broken = programme.latestBroken();
    if (broken !== null && broken.slot > (span?.slot ?? -1)) return { verdict: 'broken', session: broken };
  }
  if (span === null) {
    const next = session ?? programme.head();
    return { verdict: next === null ? null : 'checking', session: next };
  }
  // As long as the last picture of filler is there, nothing else is said.
  const last = screen.lastSpan;
  const before = mode === 'live' && last !== null && last !== span ? programme.session(last.slot) : null;
  if (before?.verifier.verdict === 'filler') return { verdict: 'filler', session: before };
  return { verdict: session?.verifier.verdict ?? 'checking', session };
}

function slotView(session: SlotSession, screen: Screen): SlotView {
  const { verifier } = session;
  return {
    slot: session.slot,
    verdict: verifier.verdict,
    reason: verifier.reason,
    summary: session.summary,
    proof: slotProof(session),
    chunksVerified: verifier.chunksVerified,
    chunkCount: verifier.chunkCount,
    captions: screen.captions(session.slot),
  };
}

function slotProof(session: SlotSession): SlotProof | null {
  const { certificate, check, recipe, verdict } = session.verifier;
  // Filler may have a certificate, but it is not of what is shown.
  if (certificate === null || check === null || verdict === 'broken' || verdict === 'filler') return null;
  const { statement } = certificate;
  return {
    epoch: statement.epoch,
    prompt: recipe?.prompt ?? null,
    script: recipe?.script ?? null,
    recipeHash: toHex(statement.recipeHash),
    modelPackHash: toHex(statement.modelPackHash),
    contentRoot: toHex(statement.contentRoot),
    chainId: toHex(statement.chainId),
    embeddingHash: toHex(statement.embeddingHash),
    frameCount: recipe === null ? null : recipe.durationSeconds * recipe.framesPerSecond,
    directorKeys: check.keys,
    signers: check.signers,
    directors: check.directors,
    trust: check.trust,
    witnesses: check.witnesses,
  };
}
