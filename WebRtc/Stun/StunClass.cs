namespace Nsn.WebRtc.Stun;

/// <summary>The class of a STUN message (RFC 8489 section 5).</summary>
public enum StunClass
{
    /// <summary>A request that wants an answer.</summary>
    Request = 0b00,

    /// <summary>An indication that wants none.</summary>
    Indication = 0b01,

    /// <summary>The answer of a request that succeeded.</summary>
    SuccessResponse = 0b10,

    /// <summary>The answer of a request that failed.</summary>
    ErrorResponse = 0b11,
}
