namespace Nsn.WebRtc.Sdp;

/// <summary>A line `a=name` or `a=name:value` (RFC 8866 section 5.13).</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">What follows the colon; null if there is none.</param>
public sealed record SdpAttribute(string Name, string? Value = null);
