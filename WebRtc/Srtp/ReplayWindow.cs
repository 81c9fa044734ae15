using System.Runtime.CompilerServices;

namespace Nsn.WebRtc.Srtp;

/// <summary>
/// Remembers which of the last 1,024 packet indexes came (RFC 3711 section 3.3.2, which asks for at least 64). At 8 Mbit/s that is a second: a repeat of the same
/// packet, asked for twice over a long way, is still taken.
/// </summary>
internal struct ReplayWindow
{
    public const int Size = 1_024;

    private const int WordBits = 64;

    // A ring: the bit of an index is at its rest by Size.
    private Words _seen;
    private ulong _highest;
    private bool _started;

    /// <summary>Tells whether an index is new, without taking it.</summary>
    public readonly bool IsNew(ulong index)
    {
        if (!_started || index > _highest)
        {
            return true;
        }

        return _highest - index < Size && (_seen[Word(index)] & Bit(index)) == 0;
    }

    /// <summary>Takes an index that was authenticated.</summary>
    public void Accept(ulong index)
    {
        if (!_started || index > _highest)
        {
            Advance(index);
        }
        else if (_highest - index >= Size)
        {
            return;
        }

        _seen[Word(index)] |= Bit(index);
    }

    // The places that the new indexes take over still hold the bits of indexes that are too old now.
    private void Advance(ulong index)
    {
        if (!_started || index - _highest >= Size)
        {
            _seen = default;
        }
        else
        {
            for (ulong next = _highest + 1; next <= index; next++)
            {
                _seen[Word(next)] &= ~Bit(next);
            }
        }

        _started = true;
        _highest = index;
    }

    private static int Word(ulong index) => (int)(index / WordBits % (Size / WordBits));

    private static ulong Bit(ulong index) => 1UL << (int)(index % WordBits);

    [InlineArray(Size / WordBits)]
    private struct Words
    {
        private ulong _first;
    }
}
