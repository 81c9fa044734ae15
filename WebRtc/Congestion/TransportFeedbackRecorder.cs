using System.Buffers.Binary;

namespace Nsn.WebRtc.Congestion;

/// <summary>
/// Notes when packets with transport-wide sequence numbers came and writes feedback about them (draft-holmer-rmcat-transport-wide-cc-extensions-01).
/// </summary>
internal sealed class TransportFeedbackRecorder
{
    private const int PendingMax = 1_024;
    private const int PacketsPerFeedback = 256;
    private const int TicksPerDelta = 2_500;
    private const int ReferenceTicks = 640_000;

    private readonly SortedDictionary<long, TimeSpan> _pending = [];
    private long _highest = -1;
    private long _nextBase = -1;
    private byte _count;

    public void Note(ushort sequence, TimeSpan now)
    {
        long extended = _highest < 0 ? sequence + 0x1_0000L : _highest + (short)(sequence - (ushort)_highest);
        _highest = Math.Max(_highest, extended);
        if (_pending.Count < PendingMax && extended >= _nextBase)
        {
            _pending.TryAdd(extended, now);
        }
    }

    /// <summary>Writes the next feedback, without the two SSRCs; false if there is nothing to tell.</summary>
    public bool TryWrite(Span<byte> output, out int length)
    {
        length = 0;
        if (_pending.Count == 0)
        {
            return false;
        }

        // One that came is always in it: without it there would be no reference time.
        long first = _nextBase < 0 ? _pending.First().Key : Math.Max(_nextBase, _pending.First().Key - (PacketsPerFeedback - 1));
        TimeSpan? reference = null;
        Span<byte> deltas = stackalloc byte[2 * PacketsPerFeedback];
        Span<byte> symbols = stackalloc byte[PacketsPerFeedback];
        int deltaLength = 0;
        int packets = 0;
        long previous = 0;
        long referenceValue = 0;
        long last = _pending.Last().Key;
        for (long sequence = first; sequence <= last && packets < PacketsPerFeedback; sequence++)
        {
            if (!_pending.TryGetValue(sequence, out TimeSpan arrival))
            {
                symbols[packets++] = 0;
                continue;
            }

            if (reference is null)
            {
                reference = arrival;
                referenceValue = arrival.Ticks / ReferenceTicks;
                previous = referenceValue * (ReferenceTicks / TicksPerDelta);
            }

            long delta = (arrival.Ticks / TicksPerDelta) - previous;
            if (delta is < short.MinValue or > short.MaxValue)
            {
                break;
            }

            previous += delta;
            _pending.Remove(sequence);
            if (delta is >= 0 and <= 255)
            {
                symbols[packets++] = 1;
                deltas[deltaLength++] = (byte)delta;
            }
            else
            {
                symbols[packets++] = 2;
                BinaryPrimitives.WriteInt16BigEndian(deltas[deltaLength..], (short)delta);
                deltaLength += 2;
            }
        }

        _nextBase = first + packets;
        BinaryPrimitives.WriteUInt16BigEndian(output, (ushort)first);
        BinaryPrimitives.WriteUInt16BigEndian(output[2..], (ushort)packets);
        BinaryPrimitives.WriteUInt32BigEndian(output[4..], (uint)(referenceValue << 8) | _count++);
        int offset = 8;
        for (int i = 0; i < packets; i += 7)
        {
            // A status vector chunk with seven two-bit symbols.
            int chunk = 0b11 << 14;
            for (int j = 0; j < 7 && i + j < packets; j++)
            {
                chunk |= symbols[i + j] << (12 - (2 * j));
            }

            BinaryPrimitives.WriteUInt16BigEndian(output[offset..], (ushort)chunk);
            offset += 2;
        }

        deltas[..deltaLength].CopyTo(output[offset..]);
        offset += deltaLength;
        while (offset % 4 != 0)
        {
            output[offset++] = 0;
        }

        length = offset;
        return packets > 0;
    }
}
