"""The HTTP half of WHEP and WHIP for GStreamer's webrtcbin."""
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402


def ask(webrtc, signal, argument):
    """Emits a signal that answers through a promise, and gives the reply; what is in it lives as long as it does."""
    promise = Gst.Promise.new()
    webrtc.emit(signal, argument, promise)
    promise.wait()
    return promise.get_reply()


def negotiate(webrtc, url):
    """Posts an offer, applies the answer and gives the resource to DELETE in the end."""
    reply = ask(webrtc, "create-offer", None)
    offer = reply.get_value("offer")
    ask(webrtc, "set-local-description", offer)
    request = urllib.request.Request(url, offer.sdp.as_text().encode(), {"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request, timeout=60) as response:
        text = response.read()
        resource = urllib.parse.urljoin(url, response.headers["Location"])
    _, message = GstSdp.SDPMessage.new()
    GstSdp.sdp_message_parse_buffer(text, message)
    ask(webrtc, "set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message))
    return resource


def hang_up(resource):
    """The status of a DELETE."""
    with urllib.request.urlopen(urllib.request.Request(resource, method="DELETE"), timeout=60) as response:
        return response.status


def error_of(pipeline):
    """What went wrong in the pipeline; None if nothing did."""
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    return str(message.parse_error()) if message else None
