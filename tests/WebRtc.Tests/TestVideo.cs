using System.Buffers.Binary;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Tests;

/// <summary>Frames that say which they are.</summary>
internal static class TestVideo
{
    /// <summary>Sends frames at thirty a second, each thirtieth a key frame, and waits until the last have come.</summary>
    /// <returns>What was sent.</returns>
    public static List<byte[]> Send(VirtualNetwork network, int frames, int first = 0, MediaCodec codec = MediaCodec.Vp8)
    {
        List<byte[]> sent = [];
        for (int i = first; i < first + frames; i++)
        {
            bool isKey = i % 30 == 0;
            byte[] frame = codec == MediaCodec.H264 ? AccessUnit(i, isKey) : Frame(i, isKey ? 12_000 : 3_000);
            sent.Add(frame);
            network.Server.SendFrame(MediaFrame.Create(codec, frame, (uint)(i * 3_000), isKey, captureTime: network.Now));
            network.Run(1 / 30.0);
        }

        network.Run(0.3);
        return sent;
    }

    /// <summary>A frame of noise with its number in it.</summary>
    public static byte[] Frame(int number, int length)
    {
        byte[] frame = new byte[length];
        new Random(number).NextBytes(frame);
        frame[0] = (byte)(number % 30 == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), number);
        return frame;
    }

    private static byte[] AccessUnit(int number, bool isKey)
    {
        // No zero bytes, so that no start code appears by chance.
        byte[] unit = [.. Frame(number, isKey ? 9_000 : 900).Select(value => (byte)(value | 1))];
        unit[0] = (byte)(isKey ? 0x65 : 0x41);
        byte[] parameters = [0, 0, 0, 1, 0x67, 0x42, 0xE0, 0x1F, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80];
        return isKey ? [.. parameters, 0, 0, 0, 1, .. unit] : [0, 0, 0, 1, .. unit];
    }
}
