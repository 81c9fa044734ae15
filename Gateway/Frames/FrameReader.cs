using System.Buffers.Binary;

namespace Nsn.Gateway.Frames;

/// <summary>
/// Cuts the byte stream of a player into frames. Holds at most one frame of <see cref="BodyMax"/> bytes; anything longer ends the stream.
/// </summary>
internal sealed class FrameReader
{
    /// <summary>Largest frame that a player may send, type byte included.</summary>
    public const int BodyMax = 16 * 1024;

    private readonly byte[] _buffer = new byte[4 + BodyMax];
    private int _filled;

    /// <summary>
    /// Takes the next piece of the stream and hands out the frames that it completes.
    /// </summary>
    /// <returns>False when the stream breaks the protocol; nothing may be read from it after that.</returns>
    public bool TryRead(ReadOnlySpan<byte> piece, FrameHandler handle)
    {
        while (true)
        {
            if (_filled >= 4)
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer);
                if (length is 0 or > BodyMax)
                    return false;
                var total = 4 + (int)length;
                if (_filled == total)
                {
                    handle((FrameType)_buffer[4], _buffer.AsSpan(5, total - 5));
                    _filled = 0;
                    continue;
                }

                if (piece.IsEmpty)
                    return true;
                Take(ref piece, total - _filled);
            }
            else
            {
                if (piece.IsEmpty)
                    return true;
                Take(ref piece, 4 - _filled);
            }
        }
    }

    private void Take(ref ReadOnlySpan<byte> piece, int wanted)
    {
        var taken = Math.Min(wanted, piece.Length);
        piece[..taken].CopyTo(_buffer.AsSpan(_filled));
        _filled += taken;
        piece = piece[taken..];
    }
}
