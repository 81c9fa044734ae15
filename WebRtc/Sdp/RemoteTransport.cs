using Nsn.WebRtc.Ice;

namespace Nsn.WebRtc.Sdp;

/// <summary>The peer's side of the one bundled transport.</summary>
/// <param name="Credentials">ICE.</param>
/// <param name="Fingerprint">`sha-256 AB:…`.</param>
/// <param name="Setup">actpass, active or passive.</param>
/// <param name="Candidates">The candidates whose address is an IP address.</param>
/// <param name="IsLite">The peer is ICE-lite.</param>
internal sealed record RemoteTransport(IceCredentials Credentials, string Fingerprint, string Setup, IReadOnlyList<IceCandidate> Candidates, bool IsLite);
