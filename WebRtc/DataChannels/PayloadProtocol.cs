namespace Nsn.WebRtc.DataChannels;

/// <summary>Payload protocol identifiers of WebRTC (RFC 8831 section 8). The two "empty" ones carry one byte that does not count.</summary>
internal static class PayloadProtocol
{
    public const uint Control = 50;
    public const uint Text = 51;
    public const uint Binary = 53;
    public const uint EmptyText = 56;
    public const uint EmptyBinary = 57;
}
