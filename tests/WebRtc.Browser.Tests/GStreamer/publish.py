"""publish.py URL: webrtcbin publishes a test picture and a tone by WHIP until its input closes."""
import sys
import threading

from peer import Gst, GstWebRTC, hang_up, negotiate

PIPELINE = """
webrtcbin name=rtc bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=15/1
  ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 target-bitrate=300000 ! rtpvp8pay pt=96 picture-id-mode=15-bit
  ! application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000 ! rtc.
audiotestsrc is-live=true freq=440 ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000 ! rtc.
"""

Gst.init(None)
pipeline = Gst.parse_launch(PIPELINE)
webrtc = pipeline.get_by_name("rtc")
ready = threading.Event()
webrtc.connect("on-negotiation-needed", lambda _: ready.set())
pipeline.set_state(Gst.State.PLAYING)
if not ready.wait(60):
    sys.exit("webrtcbin did not ask for a negotiation within 60 s")
for index in (0, 1):
    webrtc.emit("get-transceiver", index).set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
resource = negotiate(webrtc, sys.argv[1])
print("publishing", flush=True)
sys.stdin.read()
hang_up(resource)
pipeline.set_state(Gst.State.NULL)
