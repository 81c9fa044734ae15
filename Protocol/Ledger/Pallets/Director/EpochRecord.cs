using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>An epoch.</summary>
/// <param name="Id">Its number.</param>
/// <param name="StartBlock">Its first block.</param>
/// <param name="EndBlock">The first block after it.</param>
/// <param name="Directors">Who directs it, in the order of the election; none while it is degraded.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Randomness">The beacon value it was elected with; slot seeds follow from it.</param>
public sealed record EpochRecord(uint Id, uint StartBlock, uint EndBlock, IReadOnlyList<AccountId> Directors, EpochStatus Status, Hash256 Randomness)
{
    /// <summary>The bytes of an epoch.</summary>
    public static Codec<EpochRecord> Codec { get; } = Codecs.Codec.Record<EpochRecord>("EpochRecord")
        .With("id", Codecs.Codec.U32, static e => e.Id)
        .With("start_block", Codecs.Codec.U32, static e => e.StartBlock)
        .With("end_block", Codecs.Codec.U32, static e => e.EndBlock)
        .With("directors", Codecs.Codec.Vector(Codecs.Codec.Account, 64), static e => e.Directors)
        .With("status", Codecs.Codec.Enumeration<EpochStatus>(), static e => e.Status)
        .With("randomness", Codecs.Codec.Hash, static e => e.Randomness)
        .Build(static (id, start, end, directors, status, randomness) => new(id, start, end, directors, status, randomness));

    /// <summary>Whether it has its full set of directors.</summary>
    public bool IsStaffed => Directors.Count > 0;

    /// <summary>Who proposes a slot: the first in rotation, then those who take over from it.</summary>
    public IReadOnlyList<AccountId> ProposersOf(ulong slot, LedgerParameters parameters)
    {
        var first = (int)(slot % parameters.SlotsPerEpoch % (ulong)Math.Max(Directors.Count, 1));
        return [.. Directors.Skip(first), .. Directors.Take(first)];
    }
}
