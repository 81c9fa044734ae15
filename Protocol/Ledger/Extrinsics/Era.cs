using System.Numerics;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Extrinsics;

/// <summary>How long an extrinsic may be included: forever, or for a period of blocks from its birth (Substrate's mortal era, two bytes).</summary>
/// <param name="Period">A power of two from 4 to 65536, or 0 for an immortal one.</param>
/// <param name="Phase">Birth block modulo the period, a multiple of max(1, period / 4096).</param>
public readonly record struct Era(uint Period, uint Phase)
{
    /// <summary>Without an end. Its signature covers the genesis hash twice.</summary>
    public static Era Immortal => default;

    /// <summary>One zero byte, or two bytes.</summary>
    public static Codec<Era> Codec { get; } = new(
        new ScaleType.Variant("Era", EraCases()), 1, static (w, v) => v.Write(w), TryRead);

    /// <summary>Whether it has no end.</summary>
    public bool IsImmortal => Period == 0;

    /// <summary>From <paramref name="birth"/> for at least half of, and at most, <paramref name="period"/> blocks rounded up to a power of two.</summary>
    public static Era Mortal(uint birth, uint period)
    {
        var rounded = Math.Clamp(BitOperations.RoundUpToPowerOf2(period), 4u, 1u << 16);
        var step = Math.Max(rounded >> 12, 1);
        return new Era(rounded, birth % rounded / step * step);
    }

    /// <summary>The block at which it was born, seen from <paramref name="now"/>.</summary>
    public uint BirthBlock(uint now) => IsImmortal ? 0 : ((Math.Max(now, Phase) - Phase) / Period * Period) + Phase;

    /// <summary>The first block in which it is too old.</summary>
    public uint DeathBlock(uint now) => IsImmortal ? uint.MaxValue : BirthBlock(now) + Period;

    private static bool TryRead(ref ScaleReader reader, out Era value)
    {
        value = default;
        if (!reader.TryReadU8(out var first))
        {
            return false;
        }

        if (first == 0)
        {
            return true;
        }

        if (!reader.TryReadU8(out var second))
        {
            return false;
        }

        var encoded = (uint)(first | (second << 8));
        var period = 2u << (int)(encoded & 0xF);
        var phase = (encoded >> 4) * Math.Max(period >> 12, 1);
        value = new Era(period, phase);
        return (period >= 4 && phase < period) || reader.Fail(ScaleError.ValueOutOfRange);
    }

    private static ScaleVariant[] EraCases()
    {
        var phase = new ScaleField(null, Codecs.Codec.U8.Type);
        return [new("Immortal", 0, []), .. Enumerable.Range(1, 255).Select(i => new ScaleVariant($"Mortal{i}", (byte)i, [phase]))];
    }

    private void Write(ScaleWriter writer)
    {
        if (IsImmortal)
        {
            writer.WriteU8(0);
            return;
        }

        var low = Math.Clamp(BitOperations.TrailingZeroCount(Period) - 1, 1, 15);
        writer.WriteU16((ushort)(low | (int)(Phase / Math.Max(Period >> 12, 1) << 4)));
    }
}
