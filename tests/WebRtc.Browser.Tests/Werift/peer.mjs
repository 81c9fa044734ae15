// The settings that the player and the publisher share, and the HTTP half of WHEP and WHIP.
import { RTCPeerConnection, RTCRtpCodecParameters, useNACK, usePLI, useSdesMid, useTransportWideCC, useTWCC } from 'werift';

export function createPeer() {
  return new RTCPeerConnection({
    bundlePolicy: 'max-bundle',
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
    codecs: {
      audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48000, channels: 2, payloadType: 111 })],
      video: [new RTCRtpCodecParameters({ mimeType: 'video/VP8', clockRate: 90000, payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useTWCC()] })],
    },
    headerExtensions: { audio: [useSdesMid()], video: [useSdesMid(), useTransportWideCC()] },
  });
}

/** Posts the offer, applies the answer and gives the resource to DELETE in the end. */
export async function negotiate(pc, url) {
  await pc.setLocalDescription(await pc.createOffer());
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: pc.localDescription.sdp });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`POST answered ${response.status}: ${text}`);
  await pc.setRemoteDescription({ type: 'answer', sdp: text });
  return new URL(response.headers.get('Location'), url);
}

export function finish(result) {
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(0));
}
