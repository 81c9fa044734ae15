namespace Nsn.WebRtc.Sctp;

/// <summary>Which transmission sequence numbers have come in: everything up to a cumulative one, and ranges beyond it.</summary>
internal sealed class ReceivedTsnSet(uint cumulative, int maxRanges)
{
    // Sorted, disjoint, not touching each other, all beyond Cumulative + 1. Both ends belong to a range.
    private readonly List<(uint First, uint Last)> _ranges = [];

    /// <summary>Every number up to this one has come in.</summary>
    public uint Cumulative { get; private set; } = cumulative;

    /// <summary>Whether something is missing below the highest number.</summary>
    public bool HasGaps => _ranges.Count > 0;

    /// <summary>The ranges beyond <see cref="Cumulative"/>, ascending.</summary>
    public IReadOnlyList<(uint First, uint Last)> Ranges => _ranges;

    public bool Contains(uint tsn)
    {
        if (Serial.LessOrEqual(tsn, Cumulative))
            return true;
        int index = FindRange(tsn);
        return index < _ranges.Count && Serial.LessOrEqual(_ranges[index].First, tsn);
    }

    /// <summary>Whether <paramref name="tsn"/>, which is new, can be noted without opening a range too many.</summary>
    public bool HasRoomFor(uint tsn)
    {
        if (tsn - Cumulative > ushort.MaxValue)
            return false;
        if (_ranges.Count < maxRanges || tsn == Cumulative + 1)
            return true;
        int index = FindRange(tsn);
        return (index < _ranges.Count && _ranges[index].First == tsn + 1) || (index > 0 && _ranges[index - 1].Last == tsn - 1);
    }

    /// <summary>Notes a number that <see cref="Contains"/> did not know.</summary>
    public void Add(uint tsn)
    {
        if (tsn == Cumulative + 1)
        {
            Cumulative = tsn;
            AbsorbFirstRange();
            return;
        }

        int index = FindRange(tsn);
        bool joinsNext = index < _ranges.Count && _ranges[index].First == tsn + 1;
        bool joinsPrevious = index > 0 && _ranges[index - 1].Last == tsn - 1;
        if (joinsPrevious && joinsNext)
        {
            _ranges[index - 1] = (_ranges[index - 1].First, _ranges[index].Last);
            _ranges.RemoveAt(index);
        }
        else if (joinsPrevious)
        {
            _ranges[index - 1] = (_ranges[index - 1].First, tsn);
        }
        else if (joinsNext)
        {
            _ranges[index] = (tsn, _ranges[index].Last);
        }
        else
        {
            _ranges.Insert(index, (tsn, tsn));
        }
    }

    /// <summary>The sender gave up everything up to <paramref name="tsn"/> (FORWARD TSN).</summary>
    public void AdvanceTo(uint tsn)
    {
        if (Serial.LessOrEqual(tsn, Cumulative))
            return;
        Cumulative = tsn;
        int gone = 0;
        while (gone < _ranges.Count && Serial.LessOrEqual(_ranges[gone].Last, tsn))
            gone++;
        _ranges.RemoveRange(0, gone);
        if (_ranges.Count > 0 && Serial.LessOrEqual(_ranges[0].First, tsn + 1))
        {
            Cumulative = _ranges[0].Last;
            _ranges.RemoveAt(0);
        }
    }

    private void AbsorbFirstRange()
    {
        if (_ranges.Count > 0 && _ranges[0].First == Cumulative + 1)
        {
            Cumulative = _ranges[0].Last;
            _ranges.RemoveAt(0);
        }
    }

    // Index of the first range that ends at or after tsn. New numbers mostly belong at the end, so that is looked at first.
    private int FindRange(uint tsn)
    {
        int low = 0, high = _ranges.Count;
        if (high > 0 && Serial.Less(_ranges[high - 1].Last, tsn))
            return high;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Serial.Less(_ranges[middle].Last, tsn))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
