using System.Buffers.Binary;

namespace Nsn.Media;

/// <summary>Element identifiers of EBML (RFC 8794) and Matroska (RFC 9559) that a WebM file of ours uses, and their number forms.</summary>
internal static class Ebml
{
    public const uint Header = 0x1A45DFA3, Version = 0x4286, ReadVersion = 0x42F7, MaxIdLength = 0x42F2, MaxSizeLength = 0x42F3;
    public const uint DocType = 0x4282, DocTypeVersion = 0x4287, DocTypeReadVersion = 0x4285;
    public const uint Segment = 0x18538067, SeekHead = 0x114D9B74, Seek = 0x4DBB, SeekId = 0x53AB, SeekPosition = 0x53AC;
    public const uint Info = 0x1549A966, TimestampScale = 0x2AD7B1, Duration = 0x4489, MuxingApp = 0x4D80, WritingApp = 0x5741;
    public const uint Tracks = 0x1654AE6B, TrackEntry = 0xAE, TrackNumber = 0xD7, TrackUid = 0x73C5, TrackType = 0x83, FlagLacing = 0x9C;
    public const uint Language = 0x22B59C, CodecId = 0x86, CodecPrivate = 0x63A2, CodecDelay = 0x56AA, SeekPreRoll = 0x56BB;
    public const uint DefaultDuration = 0x23E383, Video = 0xE0, PixelWidth = 0xB0, PixelHeight = 0xBA;
    public const uint Audio = 0xE1, SamplingFrequency = 0xB5, Channels = 0x9F;
    public const uint Cluster = 0x1F43B675, Timestamp = 0xE7, SimpleBlock = 0xA3, BlockGroup = 0xA0, Block = 0xA1;
    public const uint Cues = 0x1C53BB6B, CuePoint = 0xBB, CueTime = 0xB3, CueTrackPositions = 0xB7, CueTrack = 0xF7, CueClusterPosition = 0xF1;

    /// <summary>Size value that means "unknown" (all ones), as live muxers write it.</summary>
    public const long UnknownSize = -1;

    /// <summary>Reads an identifier with its marker bit kept (RFC 8794, section 5).</summary>
    public static bool TryReadId(ReadOnlySpan<byte> source, out uint id, out int length)
    {
        id = 0;
        length = source.IsEmpty ? 0 : System.Numerics.BitOperations.LeadingZeroCount((uint)source[0]) - 24 + 1;
        if (length is 0 or > 4 || source.Length < length)
            return false;
        for (var i = 0; i < length; i++)
            id = (id << 8) | source[i];
        return true;
    }

    /// <summary>Reads a size (RFC 8794, section 6); <see cref="UnknownSize"/> when all value bits are one.</summary>
    public static bool TryReadSize(ReadOnlySpan<byte> source, out long size, out int length)
    {
        size = 0;
        length = source.IsEmpty ? 0 : System.Numerics.BitOperations.LeadingZeroCount((uint)source[0]) - 24 + 1;
        if (length is 0 or > 8 || source.Length < length)
            return false;
        var value = (ulong)source[0] & (0xFFu >> length);
        for (var i = 1; i < length; i++)
            value = (value << 8) | source[i];
        size = value == (1UL << (7 * length)) - 1 ? UnknownSize : (long)value;
        return true;
    }

    /// <summary>Reads an unsigned integer of up to 8 bytes; longer content counts as 0.</summary>
    public static ulong ReadUnsigned(ReadOnlySpan<byte> source)
    {
        ulong value = 0;
        if (source.Length <= 8)
        {
            foreach (var octet in source)
                value = (value << 8) | octet;
        }

        return value;
    }

    /// <summary>Reads a float of 4 or 8 bytes; other lengths count as 0.</summary>
    public static double ReadFloat(ReadOnlySpan<byte> source) => source.Length switch
    {
        4 => BinaryPrimitives.ReadSingleBigEndian(source),
        8 => BinaryPrimitives.ReadDoubleBigEndian(source),
        _ => 0,
    };
}
