namespace Nsn.Gateway.Api;

/// <summary>Whether players may connect by WebRTC, and the STUN and TURN servers to use.</summary>
internal sealed record WebRtcInfo(bool Enabled, IReadOnlyList<string> IceServers);
