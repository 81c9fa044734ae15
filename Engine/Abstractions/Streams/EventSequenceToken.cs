using Orleans.Streams;

namespace Orleans.Providers.Streams.Common;

/// <summary>The place of an item: its number in the stream.</summary>
[GenerateSerializer]
public class EventSequenceToken : StreamSequenceToken
{
    public EventSequenceToken(long seqNumber)
        : this(seqNumber, 0)
    {
    }

    public EventSequenceToken(long seqNumber, int eventInd)
    {
        SequenceNumber = seqNumber;
        EventIndex = eventInd;
    }

    public EventSequenceToken()
    {
    }

    [Id(0)]
    public override long SequenceNumber { get; protected set; }

    [Id(1)]
    public override int EventIndex { get; protected set; }

    public override bool Equals(StreamSequenceToken other) => other is not null && other.SequenceNumber == SequenceNumber && other.EventIndex == EventIndex;

    public override int CompareTo(StreamSequenceToken other)
    {
        if (other is null)
            return 1;
        var bySequence = SequenceNumber.CompareTo(other.SequenceNumber);
        return bySequence != 0 ? bySequence : EventIndex.CompareTo(other.EventIndex);
    }

    public override string ToString() => $"[EventSequenceToken: SeqNum={SequenceNumber}, EventIndex={EventIndex}]";
}
