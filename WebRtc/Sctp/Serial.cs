namespace Nsn.WebRtc.Sctp;

/// <summary>Serial-number arithmetic (RFC 1982) for transmission sequence numbers and stream sequence numbers, which wrap.</summary>
internal static class Serial
{
    public static bool Less(uint left, uint right) => (int)(left - right) < 0;

    public static bool LessOrEqual(uint left, uint right) => (int)(left - right) <= 0;

    public static bool Less(ushort left, ushort right) => (short)(left - right) < 0;
}
