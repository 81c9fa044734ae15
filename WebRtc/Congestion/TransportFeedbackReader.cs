using System.Buffers.Binary;

namespace Nsn.WebRtc.Congestion;

/// <summary>Remembers what was sent under which transport-wide number, and reads feedback about it.</summary>
internal sealed class TransportFeedbackReader
{
    private const int History = 2_048;
    private const int PacketsMax = 2_048;
    private const int TicksPerDelta = 2_500;

    private readonly Sent[] _sent = new Sent[History];
    private int _reference;

    public void NoteSent(ushort sequence, int length, TimeSpan now, byte cluster = 0) =>
        _sent[sequence % History] = new Sent { IsPending = true, Sequence = sequence, Length = length, At = now, Cluster = cluster };

    /// <summary>Reads feedback (without the two SSRCs) into results, in the order of sending. False if it is malformed.</summary>
    public bool TryRead(ReadOnlySpan<byte> feedback, List<PacketResult> results)
    {
        results.Clear();
        if (feedback.Length < 10)
        {
            return false;
        }

        ushort sequence = BinaryPrimitives.ReadUInt16BigEndian(feedback);
        int count = BinaryPrimitives.ReadUInt16BigEndian(feedback[2..]);
        int reference = BinaryPrimitives.ReadInt32BigEndian(feedback[4..]) >> 8;
        if (count > PacketsMax)
        {
            return false;
        }

        Span<byte> symbols = stackalloc byte[PacketsMax];
        int offset = 8;
        if (!TryReadSymbols(feedback, ref offset, symbols[..count]))
        {
            return false;
        }

        // 24 bits of 64 ms wrap once in twelve days; the nearest to the one before is meant.
        _reference += (reference - _reference) << 8 >> 8;
        long time = _reference * 640_000L;
        for (int i = 0; i < count; i++, sequence++)
        {
            bool received = symbols[i] is 1 or 2;
            if (received)
            {
                int size = symbols[i];
                if (feedback.Length - offset < size)
                {
                    return false;
                }

                int delta = size == 1 ? feedback[offset] : BinaryPrimitives.ReadInt16BigEndian(feedback[offset..]);
                offset += size;
                time += delta * (long)TicksPerDelta;
            }

            ref Sent sent = ref _sent[sequence % History];
            if (sent.IsPending && sent.Sequence == sequence)
            {
                results.Add(new PacketResult(sent.At, sent.Length, received ? TimeSpan.FromTicks(time) : null, sent.Cluster));
                sent.IsPending = !received;
            }
        }

        return true;
    }

    private static bool TryReadSymbols(ReadOnlySpan<byte> feedback, ref int offset, Span<byte> symbols)
    {
        int read = 0;
        while (read < symbols.Length)
        {
            if (feedback.Length - offset < 2)
            {
                return false;
            }

            int chunk = BinaryPrimitives.ReadUInt16BigEndian(feedback[offset..]);
            offset += 2;
            if ((chunk & 0x8000) == 0)
            {
                int run = Math.Min(chunk & 0x1FFF, symbols.Length - read);
                if (run == 0)
                {
                    return false;
                }

                symbols.Slice(read, run).Fill((byte)((chunk >> 13) & 3));
                read += run;
                continue;
            }

            bool twoBits = (chunk & 0x4000) != 0;
            int inChunk = Math.Min(twoBits ? 7 : 14, symbols.Length - read);
            for (int i = 0; i < inChunk; i++)
            {
                symbols[read++] = (byte)(twoBits ? (chunk >> (12 - (2 * i))) & 3 : (chunk >> (13 - i)) & 1);
            }
        }

        return true;
    }

    private struct Sent
    {
        public bool IsPending;
        public ushort Sequence;
        public int Length;
        public TimeSpan At;
        public byte Cluster;
    }
}
