namespace Nsn.WebRtc.Stun;

/// <summary>The STUN attributes that ICE needs (RFC 8489 section 18.3, RFC 8445 section 16.1).</summary>
public enum StunAttribute : ushort
{
    /// <summary>USERNAME.</summary>
    Username = 0x0006,

    /// <summary>MESSAGE-INTEGRITY (HMAC-SHA1).</summary>
    MessageIntegrity = 0x0008,

    /// <summary>ERROR-CODE.</summary>
    ErrorCode = 0x0009,

    /// <summary>UNKNOWN-ATTRIBUTES.</summary>
    UnknownAttributes = 0x000A,

    /// <summary>XOR-MAPPED-ADDRESS.</summary>
    XorMappedAddress = 0x0020,

    /// <summary>PRIORITY.</summary>
    Priority = 0x0024,

    /// <summary>USE-CANDIDATE.</summary>
    UseCandidate = 0x0025,

    /// <summary>SOFTWARE.</summary>
    Software = 0x8022,

    /// <summary>FINGERPRINT (CRC-32).</summary>
    Fingerprint = 0x8028,

    /// <summary>ICE-CONTROLLED.</summary>
    IceControlled = 0x8029,

    /// <summary>ICE-CONTROLLING.</summary>
    IceControlling = 0x802A,
}
