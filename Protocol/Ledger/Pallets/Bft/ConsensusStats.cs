using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Bft;

/// <summary>All rounds there ever were, forgotten ones included.</summary>
/// <param name="Total">Rounds.</param>
/// <param name="Successful">Those with consensus.</param>
/// <param name="Failed">Those without.</param>
/// <param name="DirectorSum">Directors that agreed, over the successful rounds.</param>
public readonly record struct ConsensusStats(ulong Total, ulong Successful, ulong Failed, ulong DirectorSum)
{
    /// <summary>The bytes of the statistics.</summary>
    public static Codec<ConsensusStats> Codec { get; } = Codecs.Codec.Record<ConsensusStats>("ConsensusStats")
        .With("total", Codecs.Codec.U64, static s => s.Total)
        .With("successful", Codecs.Codec.U64, static s => s.Successful)
        .With("failed", Codecs.Codec.U64, static s => s.Failed)
        .With("director_sum", Codecs.Codec.U64, static s => s.DirectorSum)
        .Build(static (total, successful, failed, sum) => new(total, successful, failed, sum));

    /// <summary>Directors that agreed in a successful round on average, in hundredths; 0 where there is none.</summary>
    public ulong AverageDirectorsHundredths => Successful == 0 ? 0 : DirectorSum * 100 / Successful;

    /// <summary>Percent of rounds that succeeded; 0 where there is none.</summary>
    public ulong SuccessPercent => Total == 0 ? 0 : Successful * 100 / Total;
}
