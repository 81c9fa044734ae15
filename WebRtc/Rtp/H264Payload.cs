using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Rtp;

/// <summary>H.264's payload format, packetization mode 1: single NAL units and FU-A (RFC 6184).</summary>
internal static class H264Payload
{
    private const int FragmentationUnitA = 28;
    private const int AggregationA = 24;

    public static void Packetize(ReadOnlySpan<byte> accessUnit, PayloadBuilder builder)
    {
        while (TryReadUnit(ref accessUnit, out ReadOnlySpan<byte> unit))
        {
            // Access unit delimiters tell a depacketiser nothing.
            if (unit.IsEmpty || (unit[0] & 0x1F) == 9)
            {
                continue;
            }

            if (unit.Length <= MediaFrame.PayloadMax)
            {
                builder.Begin(unit.Length);
                builder.Append(unit);
                continue;
            }

            PacketizeFragments(unit, builder);
        }
    }

    /// <summary>Appends what a payload carries, in Annex B form.</summary>
    public static bool TryDepacketize(ReadOnlySpan<byte> payload, List<byte> accessUnit)
    {
        if (payload.IsEmpty)
        {
            return false;
        }

        switch (payload[0] & 0x1F)
        {
            case FragmentationUnitA when payload.Length >= 2:
                if ((payload[1] & 0x80) != 0)
                {
                    AppendStartCode(accessUnit);
                    accessUnit.Add((byte)((payload[0] & 0xE0) | (payload[1] & 0x1F)));
                }

                accessUnit.AddRange(payload[2..]);
                return true;
            case AggregationA:
                ReadOnlySpan<byte> rest = payload[1..];
                while (rest.Length > 2)
                {
                    int length = (rest[0] << 8) | rest[1];
                    if (length == 0 || length > rest.Length - 2)
                    {
                        return false;
                    }

                    AppendStartCode(accessUnit);
                    accessUnit.AddRange(rest.Slice(2, length));
                    rest = rest[(2 + length)..];
                }

                return rest.IsEmpty;
            case >= 1 and <= 23:
                AppendStartCode(accessUnit);
                accessUnit.AddRange(payload);
                return true;
            default:
                return false;
        }
    }

    /// <summary>True if the payload starts a NAL unit that a decoder can start at: SPS or IDR, alone, aggregated or fragmented.</summary>
    public static bool StartsKeyFrame(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return false;
        }

        int type = payload[0] & 0x1F;
        return type switch
        {
            5 or 7 => true,
            AggregationA => Aggregates(payload, 5) || Aggregates(payload, 7),
            FragmentationUnitA => payload.Length > 1 && (payload[1] & 0x80) != 0 && (payload[1] & 0x1F) is 5 or 7,
            _ => false,
        };
    }

    /// <summary>True if the payload is a sequence parameter set, alone or in an aggregate (where a delimiter or SEI may come before it).</summary>
    public static bool StartsWithParameters(ReadOnlySpan<byte> payload) => !payload.IsEmpty &&
        ((payload[0] & 0x1F) == 7 || ((payload[0] & 0x1F) == AggregationA && Aggregates(payload, 7)));

    // False, too, for an aggregate that ends too early: it is dropped whole.
    private static bool Aggregates(ReadOnlySpan<byte> payload, int type)
    {
        bool found = false;
        ReadOnlySpan<byte> rest = payload[1..];
        while (rest.Length > 2)
        {
            int length = (rest[0] << 8) | rest[1];
            if (length == 0 || length > rest.Length - 2)
            {
                return false;
            }

            found |= (rest[2] & 0x1F) == type;
            rest = rest[(2 + length)..];
        }

        return found && rest.IsEmpty;
    }

    private static void AppendStartCode(List<byte> accessUnit) => accessUnit.AddRange((ReadOnlySpan<byte>)[0, 0, 0, 1]);

    private static void PacketizeFragments(ReadOnlySpan<byte> unit, PayloadBuilder builder)
    {
        byte indicator = (byte)((unit[0] & 0xE0) | FragmentationUnitA);
        byte type = (byte)(unit[0] & 0x1F);
        ReadOnlySpan<byte> rest = unit[1..];
        int room = MediaFrame.PayloadMax - 2;
        int count = (rest.Length + room - 1) / room;
        int size = (rest.Length + count - 1) / count;
        bool first = true;
        while (!rest.IsEmpty)
        {
            int length = Math.Min(size, rest.Length);
            bool last = length == rest.Length;
            builder.Begin(length + 2);
            builder.Append(indicator);
            builder.Append((byte)((first ? 0x80 : 0) | (last ? 0x40 : 0) | type));
            builder.Append(rest[..length]);
            rest = rest[length..];
            first = false;
        }
    }

    private static bool TryReadUnit(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> unit)
    {
        unit = default;
        int start = rest.IndexOf((ReadOnlySpan<byte>)[0, 0, 1]);
        if (start < 0)
        {
            return false;
        }

        rest = rest[(start + 3)..];
        int end = rest.IndexOf((ReadOnlySpan<byte>)[0, 0, 1]);
        if (end < 0)
        {
            unit = rest;
            rest = default;
            return true;
        }

        unit = rest[..end].TrimEnd((byte)0);
        rest = rest[end..];
        return true;
    }
}
