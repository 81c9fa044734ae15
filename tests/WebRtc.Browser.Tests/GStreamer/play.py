"""play.py URL FRAMES: webrtcbin watches by WHEP and decodes, echoes once on a data channel, hangs up and prints what came as JSON."""
import array
import hashlib
import json
import sys
import time

from peer import Gst, GstWebRTC, error_of, hang_up, negotiate

VIDEO = "queue ! rtpvp8depay ! vp8dec ! fakesink name=sink signal-handoffs=true sync=false"
AUDIO = "queue ! rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,format=S16LE ! fakesink name=sink signal-handoffs=true sync=false"

url, wanted = sys.argv[1], int(sys.argv[2])
result = {"frames": 0, "sounds": 0, "loudest": 0, "echoed": False}
pictures = set()


def on_picture(_sink, buffer, _pad):
    result["frames"] += 1
    pictures.add(hashlib.md5(buffer.extract_dup(0, buffer.get_size())).digest())


def on_sound(_sink, buffer, _pad):
    samples = array.array("h", buffer.extract_dup(0, buffer.get_size()))
    result["sounds"] += 1
    result["loudest"] = max(result["loudest"], max(map(abs, samples), default=0))


def on_pad(_webrtc, pad):
    is_video = pad.get_current_caps().get_structure(0).get_string("media") == "video"
    branch = Gst.parse_bin_from_description(VIDEO if is_video else AUDIO, True)
    branch.get_by_name("sink").connect("handoff", on_picture if is_video else on_sound)
    pipeline.add(branch)
    branch.sync_state_with_parent()
    pad.link(branch.get_static_pad("sink"))


def on_message(text):
    result["echoed"] |= text == "hello"


Gst.init(None)
pipeline = Gst.Pipeline.new("player")
webrtc = Gst.ElementFactory.make("webrtcbin", "rtc")
webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
webrtc.connect("pad-added", on_pad)
pipeline.add(webrtc)
for media, codec, payload, rate in (("audio", "OPUS", 111, 48000), ("video", "VP8", 96, 90000)):
    caps = Gst.Caps.from_string(f"application/x-rtp,media={media},encoding-name={codec},payload={payload},clock-rate={rate}")
    transceiver = webrtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, caps)
    transceiver.set_property("do-nack", media == "video")
pipeline.set_state(Gst.State.READY)
channel = webrtc.emit("create-data-channel", "echo", None)
channel.connect("on-open", lambda opened: opened.emit("send-string", "hello"))
channel.connect("on-message-string", lambda _, text: on_message(text))
channel.connect("on-message-data", lambda _, data: on_message(data.get_data().decode()))
pipeline.set_state(Gst.State.PLAYING)
resource = negotiate(webrtc, url)

deadline = time.monotonic() + 120
while time.monotonic() < deadline and "error" not in result:
    if result["frames"] >= wanted and result["sounds"] >= 50 and result["echoed"]:
        break
    if error := error_of(pipeline):
        result["error"] = error
    time.sleep(0.05)

result["pictures"] = len(pictures)
result["hungUp"] = hang_up(resource)
pipeline.set_state(Gst.State.NULL)
print(json.dumps(result), flush=True)
