using System.Buffers.Binary;

namespace Nsn.Vortex.Pipeline;

/// <summary>
/// The form of a clip's sound: mono, packets of 20 ms, played as it is. A verifier hears the mean of the channels and the first 20 ms of each
/// packet, so anything else could hold what only a viewer hears.
/// </summary>
internal static class OpusForm
{
    private const int HeadLength = 19;
    private const int PreSkipMax = 960; // encoders write 312; more would move the sound by more than a packet

    /// <summary>What is wrong with an <c>OpusHead</c> (RFC 7845, section 5.1), or null.</summary>
    public static string? Problem(ReadOnlySpan<byte> head)
    {
        if (head.Length != HeadLength || !head.StartsWith("OpusHead"u8) || head[8] != 1)
            return "its OpusHead is not one of version 1 without a channel mapping.";
        if (head[9] != 1 || head[18] != 0)
            return $"its sound has {head[9]} channels, not one.";
        if (BinaryPrimitives.ReadUInt16LittleEndian(head[10..]) > PreSkipMax)
            return $"its sound begins {BinaryPrimitives.ReadUInt16LittleEndian(head[10..])} samples late.";
        return BinaryPrimitives.ReadInt16LittleEndian(head[16..]) != 0 ? "its sound asks to be played louder or softer than it is." : null;
    }

    /// <summary>What is wrong with a packet (RFC 6716, section 3.1), or null.</summary>
    public static string? PacketProblem(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
            return "is empty.";
        if ((packet[0] & 4) != 0)
            return "is of two channels.";
        var configuration = packet[0] >> 3;
        var microseconds = configuration switch
        {
            < 12 => (configuration & 3) switch { 0 => 10_000, 1 => 20_000, 2 => 40_000, _ => 60_000 },
            < 16 => (configuration & 1) == 0 ? 10_000 : 20_000,
            _ => 2_500 << (configuration & 3),
        };
        var frames = (packet[0] & 3) switch { 0 => 1, 1 or 2 => 2, _ => packet.Length > 1 ? packet[1] & 0x3F : 0 };
        return frames * microseconds == 20_000 ? null : $"lasts {frames * microseconds / 1000.0:0.#} ms, not 20.";
    }
}
