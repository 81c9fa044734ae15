using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Rtp;

/// <summary>Puts frames together from payloads that come in order. After a loss it waits for a key frame.</summary>
internal sealed class FrameAssembler(MediaCodec codec)
{
    private readonly List<byte> _frame = [];
    private uint _timestamp;
    private bool _isKeyFrame;
    private bool _open;

    /// <summary>True while nothing decodable can be given.</summary>
    public bool NeedsKeyFrame { get; private set; } = codec.IsVideo();

    /// <summary>True while the packets of a key frame come in: it needs no other one.</summary>
    public bool IsInKeyFrame => _open && _isKeyFrame;

    /// <summary>True if a payload is the first of a key frame (with its parameter sets, for H.264).</summary>
    public static bool StartsKeyFrame(MediaCodec codec, ReadOnlySpan<byte> payload) => codec switch
    {
        MediaCodec.Vp8 => Vp8Payload.TryParse(payload, out int length, out bool isStart) && isStart && Vp8Payload.IsKeyFrame(payload[length..]),
        MediaCodec.Vp9 => Vp9Payload.TryParse(payload, out _, out bool isStart, out bool isInter) && isStart && !isInter,
        MediaCodec.H264 => H264Payload.StartsWithParameters(payload),
        _ => true,
    };

    /// <summary>Packets are missing: what is half there is thrown away.</summary>
    public void NoteLoss()
    {
        _open = false;
        _frame.Clear();
        NeedsKeyFrame = codec.IsVideo();
    }

    /// <summary>Takes the next payload; true if a frame is whole.</summary>
    public bool TryAdd(ReadOnlySpan<byte> payload, uint timestamp, bool marker, out byte[] frame, out bool isKeyFrame)
    {
        frame = [];
        isKeyFrame = false;
        if (codec == MediaCodec.Opus)
        {
            frame = payload.ToArray();
            isKeyFrame = true;
            return !payload.IsEmpty;
        }

        if (_open && timestamp != _timestamp)
        {
            _open = false;
            _frame.Clear();
        }

        if (!TryAppend(payload, timestamp) || _frame.Count > MediaFrame.FrameMax)
        {
            NoteLoss();
            return false;
        }

        if (!marker || !_open)
        {
            return false;
        }

        _open = false;
        isKeyFrame = _isKeyFrame;
        if (NeedsKeyFrame && !isKeyFrame)
        {
            _frame.Clear();
            return false;
        }

        NeedsKeyFrame = false;
        frame = [.. _frame];
        _frame.Clear();
        return frame.Length > 0;
    }

    private bool TryAppend(ReadOnlySpan<byte> payload, uint timestamp)
    {
        int descriptorLength = 0;
        bool isStart;
        bool isKeyFrame;
        switch (codec)
        {
            case MediaCodec.Vp8:
                if (!Vp8Payload.TryParse(payload, out descriptorLength, out isStart))
                {
                    return false;
                }

                isKeyFrame = isStart && Vp8Payload.IsKeyFrame(payload[descriptorLength..]);
                break;
            case MediaCodec.Vp9:
                if (!Vp9Payload.TryParse(payload, out descriptorLength, out isStart, out bool isInter))
                {
                    return false;
                }

                isKeyFrame = isStart && !isInter;
                break;
            default:
                isStart = !_open;
                isKeyFrame = H264Payload.StartsKeyFrame(payload) || (_open && _isKeyFrame);
                break;
        }

        if (isStart && !_open)
        {
            _open = true;
            _timestamp = timestamp;
            _isKeyFrame = isKeyFrame;
            _frame.Clear();
        }

        if (!_open)
        {
            return false;
        }

        if (codec == MediaCodec.H264)
        {
            _isKeyFrame |= isKeyFrame;
            return H264Payload.TryDepacketize(payload, _frame);
        }

        _frame.AddRange(payload[descriptorLength..]);
        return true;
    }
}
