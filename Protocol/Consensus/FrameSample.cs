using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// Which frames a director regenerates. It draws them from a secret that it commits to before it reveals, so that the proposer cannot know them and
/// anyone can audit them afterwards.
/// </summary>
public static class FrameSample
{
    /// <summary>
    /// Draws different frames, in rising order. Draw i takes 8 bytes of SHA-256(tag ‖ secret ‖ content root ‖ block number u32), four draws a block, with
    /// rejection sampling, so that every frame is equally likely.
    /// </summary>
    /// <param name="secret">The director's secret: the nonce of its commitment.</param>
    /// <param name="contentRoot">The published content.</param>
    /// <param name="frameCount">The number of frames in the clip.</param>
    /// <param name="sampleCount">How many to draw; all frames if there are not more.</param>
    public static int[] Draw(in Hash256 secret, in Hash256 contentRoot, int frameCount, int sampleCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleCount, 0);
        if (sampleCount == 0)
            return [];
        if (sampleCount >= frameCount)
            return [.. Enumerable.Range(0, frameCount)];
        Span<byte> input = stackalloc byte[DomainTag.Size + 32 + 32 + 4];
        DomainTag.FrameSample.CopyTo(input);
        secret.AsSpan().CopyTo(input[16..]);
        contentRoot.AsSpan().CopyTo(input[48..]);
        ulong unbiasedMax = ulong.MaxValue - (ulong.MaxValue % (uint)frameCount + 1) % (uint)frameCount;
        SortedSet<int> drawn = [];
        for (uint block = 0; ; block++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(input[80..], block);
            Hash256 bytes = Sha2.Hash256(input);
            for (int i = 0; i < 4; i++)
            {
                ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan()[(i * 8)..]);
                if (value <= unbiasedMax)
                    drawn.Add((int)(value % (uint)frameCount));
                if (drawn.Count == sampleCount)
                    return [.. drawn];
            }
        }
    }
}
