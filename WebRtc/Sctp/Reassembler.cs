using System.Buffers;

namespace Nsn.WebRtc.Sctp;

/// <summary>How a chunk fits with what came before.</summary>
internal enum ReassemblyResult
{
    Stored,
    Completed,
    TooLarge,
    Violation,
}

/// <summary>
/// Joins fragments. The fragments of a message have consecutive transmission sequence numbers (there is no interleaving), so an
/// assembly waits for exactly one number; fragments that come before their predecessors wait in a table of their own.
/// </summary>
internal sealed class Reassembler(int maxMessageSize) : IDisposable
{
    /// <summary>What a buffered chunk or message costs beyond its array, roughly.</summary>
    public const int OverheadBytes = 96;

    private readonly Dictionary<uint, MessageAssembly> _waitingFor = [];
    private readonly Dictionary<uint, Fragment> _early = [];
    private MessageAssembly? _current;
    private uint _currentNext;

    /// <summary>Bytes held, whole arrays counted.</summary>
    public int BytesHeld { get; private set; }

    /// <summary>Takes a chunk that was not seen before.</summary>
    public ReassemblyResult Add(in DataChunk chunk, out CompleteMessage message)
    {
        message = default;
        bool begin = (chunk.Flags & DataFlags.Begin) != 0, end = (chunk.Flags & DataFlags.End) != 0;
        if (begin && end)
        {
            if (ExpectedByAnAssembly(chunk.Tsn))
                return ReassemblyResult.Violation;
            message = Single(chunk);
            return chunk.Payload.Length > maxMessageSize ? Refuse(ref message) : ReassemblyResult.Completed;
        }

        if (begin)
        {
            if (ExpectedByAnAssembly(chunk.Tsn))
                return ReassemblyResult.Violation;
            var assembly = MessageAssembly.Begin(chunk);
            assembly.Append(chunk.Payload);
            BytesHeld += assembly.Charge;
            return Continue(assembly, chunk.Tsn + 1, false, out message);
        }

        if (TakeAssembly(chunk.Tsn, out MessageAssembly? waiting))
        {
            if (!Fits(waiting, chunk.StreamId, chunk.Flags))
            {
                Drop(waiting);
                return ReassemblyResult.Violation;
            }

            Append(waiting, chunk.Payload);
            return Continue(waiting, chunk.Tsn + 1, end, out message);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(chunk.Payload.Length);
        chunk.Payload.CopyTo(buffer);
        _early.Add(chunk.Tsn, new Fragment(buffer, chunk.Payload.Length, chunk.StreamId, chunk.Flags));
        BytesHeld += buffer.Length + OverheadBytes;
        return ReassemblyResult.Stored;
    }

    /// <summary>The sender gave up everything up to <paramref name="tsn"/>: unfinished messages that began there are dropped.</summary>
    public void DiscardUpTo(uint tsn)
    {
        if (_current is not null)
        {
            _waitingFor.Add(_currentNext, _current);
            _current = null;
        }

        foreach ((uint next, MessageAssembly assembly) in _waitingFor)
        {
            if (!Serial.LessOrEqual(assembly.FirstTsn, tsn))
                continue;
            _waitingFor.Remove(next);
            Drop(assembly);
        }

        foreach ((uint number, Fragment fragment) in _early)
        {
            if (!Serial.LessOrEqual(number, tsn))
                continue;
            _early.Remove(number);
            Release(fragment);
        }
    }

    public void Dispose()
    {
        if (_current is not null)
            Drop(_current);
        _current = null;
        foreach (MessageAssembly assembly in _waitingFor.Values)
            Drop(assembly);
        _waitingFor.Clear();
        foreach (Fragment fragment in _early.Values)
            Release(fragment);
        _early.Clear();
    }

    private static bool Fits(MessageAssembly assembly, ushort streamId, DataFlags flags) =>
        assembly.StreamId == streamId && assembly.Unordered == ((flags & DataFlags.Unordered) != 0) && (flags & DataFlags.Begin) == 0;

    private static CompleteMessage Single(in DataChunk chunk)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(chunk.Payload.Length);
        chunk.Payload.CopyTo(buffer);
        return new CompleteMessage
        {
            Buffer = buffer,
            Length = chunk.Payload.Length,
            StreamId = chunk.StreamId,
            StreamSequence = chunk.StreamSequence,
            PayloadProtocolId = chunk.PayloadProtocolId,
            Unordered = (chunk.Flags & DataFlags.Unordered) != 0,
        };
    }

    private static ReassemblyResult Refuse(ref CompleteMessage message)
    {
        ArrayPool<byte>.Shared.Return(message.Buffer);
        message = default;
        return ReassemblyResult.TooLarge;
    }

    // Takes in early fragments that follow, then either hands the message out or lets it wait for the next number.
    private ReassemblyResult Continue(MessageAssembly assembly, uint next, bool end, out CompleteMessage message)
    {
        message = default;
        while (!end && _early.Count > 0 && _early.Remove(next, out Fragment fragment))
        {
            bool fits = Fits(assembly, fragment.StreamId, fragment.Flags);
            if (fits)
                Append(assembly, fragment.Buffer.AsSpan(0, fragment.Length));
            Release(fragment);
            if (!fits)
            {
                Drop(assembly);
                return ReassemblyResult.Violation;
            }

            end = (fragment.Flags & DataFlags.End) != 0;
            next++;
            if (assembly.Length > maxMessageSize)
                break;
        }

        if (assembly.Length > maxMessageSize)
        {
            Drop(assembly);
            return ReassemblyResult.TooLarge;
        }

        if (end)
        {
            BytesHeld -= assembly.Charge;
            message = assembly.Complete();
            return ReassemblyResult.Completed;
        }

        if (_current is not null)
            _waitingFor.Add(_currentNext, _current);
        _current = assembly;
        _currentNext = next;
        return ReassemblyResult.Stored;
    }

    private void Append(MessageAssembly assembly, ReadOnlySpan<byte> payload)
    {
        BytesHeld -= assembly.Charge;
        assembly.Append(payload);
        BytesHeld += assembly.Charge;
    }

    private bool ExpectedByAnAssembly(uint tsn) =>
        (_current is not null && _currentNext == tsn) || (_waitingFor.Count > 0 && _waitingFor.ContainsKey(tsn));

    private bool TakeAssembly(uint tsn, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MessageAssembly? assembly)
    {
        if (_current is not null && _currentNext == tsn)
        {
            assembly = _current;
            _current = null;
            return true;
        }

        assembly = null;
        return _waitingFor.Count > 0 && _waitingFor.Remove(tsn, out assembly);
    }

    private void Drop(MessageAssembly assembly)
    {
        BytesHeld -= assembly.Charge;
        ArrayPool<byte>.Shared.Return(assembly.Buffer);
    }

    private void Release(in Fragment fragment)
    {
        BytesHeld -= fragment.Buffer.Length + OverheadBytes;
        ArrayPool<byte>.Shared.Return(fragment.Buffer);
    }

    private readonly record struct Fragment(byte[] Buffer, int Length, ushort StreamId, DataFlags Flags);
}
