namespace Nsn.Protocol.Certificates;

/// <summary>Why a certificate is refused.</summary>
public enum CertificateError
{
    /// <summary>It holds.</summary>
    None,

    /// <summary>The bytes are no certificate.</summary>
    Malformed,

    /// <summary>The bytes are a certificate of another version.</summary>
    UnknownVersion,

    /// <summary>It names a director outside the five.</summary>
    UnknownDirector,

    /// <summary>It has fewer than three votes.</summary>
    TooFewVotes,

    /// <summary>It is of another chain.</summary>
    WrongChain,

    /// <summary>It is of another epoch than the directors.</summary>
    WrongEpoch,

    /// <summary>A signature is not that of its director over the statement.</summary>
    WrongSignature,
}
