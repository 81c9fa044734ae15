namespace Nsn.WebRtc.Srtp;

/// <summary>Remembers which of the last 128 packet indexes came (RFC 3711 section 3.3.2).</summary>
internal struct ReplayWindow
{
    public const int Size = 128;

    private ulong _highest;
    private UInt128 _seen;
    private bool _started;

    /// <summary>Tells whether an index is new, without taking it.</summary>
    public readonly bool IsNew(ulong index)
    {
        if (!_started || index > _highest)
        {
            return true;
        }

        ulong age = _highest - index;
        return age < Size && ((_seen >> (int)age) & 1) == 0;
    }

    /// <summary>Takes an index that was authenticated.</summary>
    public void Accept(ulong index)
    {
        if (!_started || index > _highest)
        {
            ulong step = _started ? index - _highest : 0;
            _seen = step >= Size ? 0 : _seen << (int)step;
            _seen |= 1;
            _highest = index;
            _started = true;
            return;
        }

        ulong age = _highest - index;
        if (age < Size)
        {
            _seen |= (UInt128)1 << (int)age;
        }
    }
}
