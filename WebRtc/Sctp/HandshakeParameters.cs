using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

/// <summary>What INIT and INIT ACK carry (RFC 9260 sections 3.3.2 and 3.3.3) and what of the extensions the sender can do.</summary>
internal struct HandshakeParameters
{
    private const ushort StateCookie = 7;
    private const ushort UnrecognizedParameter = 8;
    private const ushort ZeroChecksumAcceptable = 0x8001;
    private const ushort SupportedExtensions = 0x8008;
    private const ushort ForwardTsnSupported = 0xC000;
    private const uint DtlsErrorDetection = 1;

    public uint InitiateTag;
    public uint ReceiveWindow;
    public ushort OutboundStreams;
    public ushort InboundStreams;
    public uint InitialTsn;
    public bool ForwardTsn;
    public bool Reconfiguration;
    public bool ZeroChecksum;

    /// <summary>Reads the value of an INIT or INIT ACK chunk; <paramref name="cookie"/> is empty where there is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out HandshakeParameters parameters, out ReadOnlySpan<byte> cookie)
    {
        parameters = default;
        cookie = default;
        if (value.Length < 16)
            return false;
        parameters.InitiateTag = BinaryPrimitives.ReadUInt32BigEndian(value);
        parameters.ReceiveWindow = BinaryPrimitives.ReadUInt32BigEndian(value[4..]);
        parameters.OutboundStreams = BinaryPrimitives.ReadUInt16BigEndian(value[8..]);
        parameters.InboundStreams = BinaryPrimitives.ReadUInt16BigEndian(value[10..]);
        parameters.InitialTsn = BinaryPrimitives.ReadUInt32BigEndian(value[12..]);
        if (parameters.InitiateTag == 0 || parameters.OutboundStreams == 0 || parameters.InboundStreams == 0)
            return false;

        var reader = new ChunkReader(value[16..]);
        while (reader.TryReadParameter(out ushort type, out ReadOnlySpan<byte> body))
        {
            switch (type)
            {
                case StateCookie:
                    cookie = body;
                    break;
                case ForwardTsnSupported:
                    parameters.ForwardTsn = true;
                    break;
                case SupportedExtensions:
                    parameters.Reconfiguration |= body.Contains((byte)ChunkType.ReConfig);
                    parameters.ForwardTsn |= body.Contains((byte)ChunkType.ForwardTsn);
                    break;
                case ZeroChecksumAcceptable:
                    parameters.ZeroChecksum = body.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(body) == DtlsErrorDetection;
                    break;
            }
        }

        return !reader.Malformed;
    }

    /// <summary>The parameters of a peer's INIT that want to be reported back because we do not know them (second bit of the type set).</summary>
    public static byte[] CollectUnrecognized(ReadOnlySpan<byte> value, int maxBytes)
    {
        using var report = new MemoryStream();
        Span<byte> head = stackalloc byte[8];
        var reader = new ChunkReader(value[16..]);
        while (reader.TryReadParameter(out ushort type, out ReadOnlySpan<byte> body))
        {
            bool known = type is ForwardTsnSupported or SupportedExtensions or ZeroChecksumAcceptable or StateCookie or 5 or 6 or 9 or 11 or 12;
            if (known)
                continue;
            if ((type & 0x4000) != 0)
            {
                int inner = 4 + body.Length, padded = (inner + 3) & ~3;
                if (report.Length + 4 + padded > maxBytes)
                    break;
                BinaryPrimitives.WriteUInt16BigEndian(head, UnrecognizedParameter);
                BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(4 + inner));
                BinaryPrimitives.WriteUInt16BigEndian(head[4..], type);
                BinaryPrimitives.WriteUInt16BigEndian(head[6..], (ushort)inner);
                report.Write(head);
                report.Write(body);
                for (int i = inner; i < padded; i++)
                    report.WriteByte(0);
            }

            // First bit clear: stop reading parameters here.
            if ((type & 0x8000) == 0)
                break;
        }

        return report.ToArray();
    }

    /// <summary>A whole INIT or INIT ACK chunk.</summary>
    public readonly byte[] ToChunk(ChunkType type, ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> unrecognized)
    {
        int paddedCookie = cookie.IsEmpty ? 0 : (4 + cookie.Length + 3) & ~3;
        int length = 4 + 16 + 4 + 8 + (ZeroChecksum ? 8 : 0) + paddedCookie + unrecognized.Length;
        byte[] chunk = new byte[length];
        Span<byte> span = chunk;
        span[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)length);
        BinaryPrimitives.WriteUInt32BigEndian(span[4..], InitiateTag);
        BinaryPrimitives.WriteUInt32BigEndian(span[8..], ReceiveWindow);
        BinaryPrimitives.WriteUInt16BigEndian(span[12..], OutboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(span[14..], InboundStreams);
        BinaryPrimitives.WriteUInt32BigEndian(span[16..], InitialTsn);
        span = span[20..];
        span = WriteParameter(span, ForwardTsnSupported, []);
        span = WriteParameter(span, SupportedExtensions, [(byte)ChunkType.ReConfig, (byte)ChunkType.ForwardTsn]);
        if (ZeroChecksum)
            span = WriteParameter(span, ZeroChecksumAcceptable, [0, 0, 0, (byte)DtlsErrorDetection]);
        if (!cookie.IsEmpty)
            span = WriteParameter(span, StateCookie, cookie);
        unrecognized.CopyTo(span);
        return chunk;
    }

    private static Span<byte> WriteParameter(Span<byte> span, ushort type, ReadOnlySpan<byte> value)
    {
        int length = 4 + value.Length;
        BinaryPrimitives.WriteUInt16BigEndian(span, type);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)length);
        value.CopyTo(span[4..]);
        return span[((length + 3) & ~3)..];
    }
}
