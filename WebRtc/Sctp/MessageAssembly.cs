using System.Buffers;

namespace Nsn.WebRtc.Sctp;

/// <summary>A DATA chunk as it came in.</summary>
internal ref struct DataChunk
{
    public uint Tsn;
    public ushort StreamId;
    public ushort StreamSequence;
    public uint PayloadProtocolId;
    public DataFlags Flags;
    public ReadOnlySpan<byte> Payload;
}

/// <summary>A whole message in a pooled array.</summary>
internal struct CompleteMessage
{
    public byte[] Buffer;
    public int Length;
    public ushort StreamId;
    public ushort StreamSequence;
    public uint PayloadProtocolId;
    public bool Unordered;

    /// <summary>What it takes of the receive window.</summary>
    public readonly int Charge => Buffer.Length + Reassembler.OverheadBytes;
}

/// <summary>A message whose first fragments are here.</summary>
internal sealed class MessageAssembly
{
    private const int FirstRent = 4096;

    public uint FirstTsn { get; private init; }

    public ushort StreamId { get; private init; }

    public ushort StreamSequence { get; private init; }

    public uint PayloadProtocolId { get; private init; }

    public bool Unordered { get; private init; }

    public byte[] Buffer { get; private set; } = [];

    public int Length { get; private set; }

    public int Charge => Buffer.Length + Reassembler.OverheadBytes;

    public static MessageAssembly Begin(in DataChunk chunk) => new()
    {
        FirstTsn = chunk.Tsn,
        StreamId = chunk.StreamId,
        StreamSequence = chunk.StreamSequence,
        PayloadProtocolId = chunk.PayloadProtocolId,
        Unordered = (chunk.Flags & DataFlags.Unordered) != 0,
        Buffer = ArrayPool<byte>.Shared.Rent(FirstRent),
    };

    public void Append(ReadOnlySpan<byte> payload)
    {
        int needed = Length + payload.Length;
        if (needed > Buffer.Length)
        {
            byte[] bigger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Buffer.Length * 2));
            Buffer.AsSpan(0, Length).CopyTo(bigger);
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = bigger;
        }

        payload.CopyTo(Buffer.AsSpan(Length));
        Length = needed;
    }

    public CompleteMessage Complete() => new()
    {
        Buffer = Buffer,
        Length = Length,
        StreamId = StreamId,
        StreamSequence = StreamSequence,
        PayloadProtocolId = PayloadProtocolId,
        Unordered = Unordered,
    };
}
