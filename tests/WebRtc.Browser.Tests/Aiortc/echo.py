"""echo.py URL MESSAGES: aiortc sends messages on a data channel, gets them back in order, hangs up and prints what came as JSON."""
import asyncio
import json
import sys
import urllib.parse
import urllib.request

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

SIZE = 10_000


def request(url, method, body=None):
    """The answer to a request and its body."""
    sent = urllib.request.Request(url, body, {"Content-Type": "application/sdp"} if body else {}, method=method)
    with urllib.request.urlopen(sent, timeout=60) as response:
        return response, response.read().decode()


async def main(url, count):
    sent = [bytes([index & 255]) * SIZE for index in range(count)]
    got = []
    done = asyncio.Event()
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    channel = peer.createDataChannel("echo")

    @channel.on("open")
    def on_open():
        for message in sent:
            channel.send(message)

    @channel.on("message")
    def on_message(message):
        got.append(message)
        if len(got) == count:
            done.set()

    await peer.setLocalDescription(await peer.createOffer())
    response, answer = await asyncio.to_thread(request, url, "POST", peer.localDescription.sdp.encode())
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        await asyncio.wait_for(done.wait(), 120)
    except asyncio.TimeoutError:
        pass
    resource = urllib.parse.urljoin(url, response.headers["Location"])
    hung_up = (await asyncio.to_thread(request, resource, "DELETE"))[0].status
    print(json.dumps({"messages": len(got), "same": got == sent, "hungUp": hung_up}), flush=True)
    await peer.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
