using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>A claim that a result is wrong, and the votes on it.</summary>
/// <param name="Challenger">Who claims it.</param>
/// <param name="Bond">What is held from it.</param>
/// <param name="EvidenceHash">What it points at.</param>
/// <param name="Deadline">The last block in which validators may vote.</param>
/// <param name="Voters">How many voted.</param>
/// <param name="StakeFor">Stake of those who agree with the challenger.</param>
/// <param name="StakeAgainst">Stake of those who do not.</param>
public sealed record Challenge(
    AccountId Challenger, UInt128 Bond, Hash256 EvidenceHash, uint Deadline, uint Voters, UInt128 StakeFor, UInt128 StakeAgainst)
{
    /// <summary>The bytes of a challenge.</summary>
    public static Codec<Challenge> Codec { get; } = Codecs.Codec.Record<Challenge>("Challenge")
        .With("challenger", Codecs.Codec.Account, static c => c.Challenger)
        .With("bond", Codecs.Codec.U128, static c => c.Bond)
        .With("evidence_hash", Codecs.Codec.Hash, static c => c.EvidenceHash)
        .With("deadline", Codecs.Codec.U32, static c => c.Deadline)
        .With("voters", Codecs.Codec.U32, static c => c.Voters)
        .With("stake_for", Codecs.Codec.U128, static c => c.StakeFor)
        .With("stake_against", Codecs.Codec.U128, static c => c.StakeAgainst)
        .Build(static (challenger, bond, evidence, deadline, voters, yes, no) => new(challenger, bond, evidence, deadline, voters, yes, no));
}
