using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>The stake of an account.</summary>
/// <param name="Amount">Own stake at work, base units.</param>
/// <param name="LockedUntil">The last block in which it may not leave.</param>
/// <param name="Region">Where the node is. Fixed while there is stake.</param>
/// <param name="DelegatedToMe">What others delegated to it.</param>
/// <param name="Delegators">How many others.</param>
/// <param name="Duty">What it was elected for.</param>
public readonly record struct StakeRecord(UInt128 Amount, uint LockedUntil, Region Region, UInt128 DelegatedToMe, uint Delegators, DirectorDuty Duty)
{
    /// <summary>The bytes of a stake.</summary>
    public static Codec<StakeRecord> Codec { get; } = Codecs.Codec.Record<StakeRecord>("StakeRecord")
        .With("amount", Codecs.Codec.U128, static r => r.Amount)
        .With("locked_until", Codecs.Codec.U32, static r => r.LockedUntil)
        .With("region", Codecs.Codec.Enumeration<Region>(), static r => r.Region)
        .With("delegated_to_me", Codecs.Codec.U128, static r => r.DelegatedToMe)
        .With("delegators", Codecs.Codec.U32, static r => r.Delegators)
        .With("duty", Codecs.Codec.Enumeration<DirectorDuty>(), static r => r.Duty)
        .Build(static (amount, locked, region, delegated, delegators, duty) => new(amount, locked, region, delegated, delegators, duty));

    /// <summary>The role. Always follows from the amount: an elected account whose stake is gone is no director.</summary>
    public NodeRole RoleUnder(LedgerParameters parameters) =>
        Amount < parameters.RelayStake ? NodeRole.None
        : Amount < parameters.ValidatorStake ? NodeRole.Relay
        : Amount < parameters.SuperNodeStake ? NodeRole.Validator
        : Amount < parameters.DirectorStake ? NodeRole.SuperNode
        : Duty switch
        {
            DirectorDuty.Active => NodeRole.ActiveDirector,
            DirectorDuty.Reserve => NodeRole.Reserve,
            _ => NodeRole.Director,
        };
}
