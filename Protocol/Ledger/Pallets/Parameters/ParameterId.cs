namespace Nsn.Protocol.Ledger.Pallets.Parameters;

/// <summary>A constant that the sudo key may change, within bounds.</summary>
public enum ParameterId : byte
{
    /// <summary>Fee of an extrinsic of base weight.</summary>
    BaseFee,

    /// <summary>Fee for each byte of an extrinsic.</summary>
    FeePerByte,

    /// <summary>Blocks for which roots, checkpoints and archived results are kept.</summary>
    RetentionBlocks,

    /// <summary>A region's share of all stake, at most, in percent.</summary>
    RegionShareMaxPercent,

    /// <summary>Validators that must vote on a challenge.</summary>
    ChallengeQuorum,

    /// <summary>Held from a challenger.</summary>
    ChallengeBond,

    /// <summary>Blocks after a slot's end until which its certificate is accepted.</summary>
    CertificateGraceBlocks,
}
