namespace Nsn.WebRtc.Ice;

/// <summary>What part of ICE an agent plays.</summary>
public enum IceRole
{
    /// <summary>ICE-lite, always controlled: answers checks and never starts one (RFC 8445 section 2.5).</summary>
    Lite,

    /// <summary>Controlling: checks the peer's candidates from one local socket and nominates.</summary>
    Controlling,
}
