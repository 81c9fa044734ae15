using System.Buffers.Binary;

namespace Nsn.Media;

/// <summary>Ogg pages (RFC 3533) with Opus packets (RFC 7845): what <c>ffmpeg</c> writes, and what it reads back.</summary>
internal static class Ogg
{
    private const int PageHeaderLength = 27;

    /// <summary>Splits an Ogg file into packets; the first two are <c>OpusHead</c> and <c>OpusTags</c>.</summary>
    /// <exception cref="InvalidDataException">The bytes are not Ogg.</exception>
    public static List<byte[]> ReadPackets(ReadOnlySpan<byte> file)
    {
        var packets = new List<byte[]>();
        var open = new List<byte>();
        while (!file.IsEmpty)
        {
            if (file.Length < PageHeaderLength || !file.StartsWith("OggS"u8))
                throw new InvalidDataException("The sound encoder did not write Ogg pages.");
            var segments = file[26];
            var table = file.Slice(PageHeaderLength, segments);
            var body = file[(PageHeaderLength + segments)..];
            foreach (var lace in table)
            {
                open.AddRange(body[..lace]);
                body = body[lace..];
                if (lace < 255)
                {
                    packets.Add([.. open]);
                    open.Clear();
                }
            }

            file = body;
        }

        return packets;
    }

    /// <summary>An Ogg file with one page per packet.</summary>
    public static byte[] Write(ReadOnlyMemory<byte> opusHead, IReadOnlyList<EncodedFrame> packets)
    {
        using var file = new MemoryStream();
        var tags = new byte[8 + 4 + 3 + 4];
        "OpusTags"u8.CopyTo(tags);
        tags[8] = 3;
        "NSN"u8.CopyTo(tags.AsSpan(12));
        Page(file, opusHead.Span, 0, 0, 0x02);
        Page(file, tags, 0, 1, 0);
        for (var i = 0; i < packets.Count; i++)
            Page(file, packets[i].Data.Span, (i + 1) * (long)SoundFormat.FrameSamples, (uint)i + 2, i == packets.Count - 1 ? (byte)0x04 : (byte)0);
        return file.ToArray();
    }

    private static void Page(MemoryStream file, ReadOnlySpan<byte> packet, long granule, uint sequence, byte flags)
    {
        var laces = (packet.Length / 255) + 1;
        if (laces > 255)
            throw new InvalidDataException("An Opus packet is too long for one page.");
        var page = new byte[PageHeaderLength + laces + packet.Length];
        var span = page.AsSpan();
        "OggS"u8.CopyTo(span);
        span[5] = flags;
        BinaryPrimitives.WriteInt64LittleEndian(span[6..], granule);
        BinaryPrimitives.WriteUInt32LittleEndian(span[14..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(span[18..], sequence);
        span[26] = (byte)laces;
        span.Slice(PageHeaderLength, laces - 1).Fill(255);
        span[PageHeaderLength + laces - 1] = (byte)(packet.Length % 255);
        packet.CopyTo(span[(PageHeaderLength + laces)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(span[22..], Crc(page));
        file.Write(page);
    }

    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var r = (uint)i << 24;
        for (var bit = 0; bit < 8; bit++)
            r = (r & 0x80000000) != 0 ? (r << 1) ^ 0x04C11DB7 : r << 1;
        return r;
    })];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0;
        foreach (var octet in bytes)
            crc = (crc << 8) ^ s_table[(crc >> 24) ^ octet];
        return crc;
    }
}
