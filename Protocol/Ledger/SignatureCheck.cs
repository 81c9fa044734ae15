namespace Nsn.Protocol.Ledger;

/// <summary>Who answers for the signatures of the extrinsics.</summary>
public enum SignatureCheck
{
    /// <summary>The ledger checks each.</summary>
    Verify,

    /// <summary>The caller checked each before, with <see cref="LedgerRuntime.Validate"/> on the same chain.</summary>
    AlreadyVerified,
}
