namespace Nsn.WebRtc.Sctp;

/// <summary>State of a DATA chunk that has a sequence number and is not covered by the cumulative acknowledgement.</summary>
internal enum ChunkState : byte
{
    InFlight,
    Lost,
    Acknowledged,
    Abandoned,
}

/// <summary>One fragment between its first sending and its acknowledgement.</summary>
internal struct OutstandingChunk
{
    public OutgoingMessage Message;
    public TimeSpan SentAt;
    public int Offset;
    public int Length;

    /// <summary>Later chunks count as "reported while this one is missing" only from this number on.</summary>
    public uint MissingFrom;

    public ushort Transmissions;
    public ChunkState State;
    public byte Misses;
}

/// <summary>The outstanding chunks, a ring indexed by transmission sequence number.</summary>
internal sealed class OutstandingChunks(uint firstTsn)
{
    private OutstandingChunk[] _ring = new OutstandingChunk[16];

    /// <summary>Lowest outstanding number.</summary>
    public uint First { get; private set; } = firstTsn;

    /// <summary>The number that the next new chunk gets.</summary>
    public uint Next { get; private set; } = firstTsn;

    public int Count => (int)(Next - First);

    public ref OutstandingChunk this[uint tsn] => ref _ring[tsn & (uint)(_ring.Length - 1)];

    public bool Contains(uint tsn) => tsn - First < Next - First;

    /// <summary>Appends a chunk and returns its sequence number.</summary>
    public uint Add(in OutstandingChunk chunk)
    {
        if (Count == _ring.Length)
            Grow();
        uint tsn = Next++;
        this[tsn] = chunk;
        return tsn;
    }

    /// <summary>Forgets the lowest one.</summary>
    public void RemoveFirst()
    {
        this[First] = default;
        First++;
    }

    private void Grow()
    {
        var bigger = new OutstandingChunk[_ring.Length * 2];
        for (uint tsn = First; tsn != Next; tsn++)
            bigger[tsn & (uint)(bigger.Length - 1)] = this[tsn];
        _ring = bigger;
    }
}
