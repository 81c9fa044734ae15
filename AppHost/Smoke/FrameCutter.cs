using System.Buffers.Binary;

namespace Nsn.AppHost.Smoke;

/// <summary>Cuts the byte stream of a gateway into frames (docs/player-protocol.md section 3).</summary>
internal sealed class FrameCutter
{
    /// <summary>Type and body of the longest frame, bytes.</summary>
    public const int LengthMax = 266_240;

    private readonly byte[] _buffer = new byte[4 + LengthMax];
    private int _filled;

    /// <summary>Takes a piece of the stream; false where the stream breaks the protocol.</summary>
    public bool TryTake(ReadOnlySpan<byte> piece, Action<byte, ReadOnlyMemory<byte>> frame)
    {
        while (!piece.IsEmpty)
        {
            int wanted = 4;
            if (_filled >= 4)
            {
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer);
                if (length is 0 or > LengthMax)
                    return false;
                wanted += (int)length;
            }

            int taken = Math.Min(wanted - _filled, piece.Length);
            piece[..taken].CopyTo(_buffer.AsSpan(_filled));
            _filled += taken;
            piece = piece[taken..];
            if (_filled < wanted || wanted == 4)
                continue;
            // Chunks are kept, so each frame gets memory of its own.
            frame(_buffer[4], _buffer.AsSpan(5, wanted - 5).ToArray());
            _filled = 0;
        }

        return true;
    }
}
