using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Elections;

/// <summary>All that is needed, beside the candidates, to hold an election again and see the same result.</summary>
/// <param name="Epoch">For which epoch.</param>
/// <param name="Round">0 for the regular election; later ones fill an epoch that had too few candidates.</param>
/// <param name="Beacon">The beacon value.</param>
/// <param name="CandidateCount">How many candidates there were.</param>
/// <param name="CandidatesHash">BLAKE2b-256 over the candidates in the order of their accounts.</param>
/// <param name="Seats">How each seat was filled, in order; fewer than wanted when there were too few candidates.</param>
public sealed record ElectionTranscript(
    uint Epoch, uint Round, Hash256 Beacon, uint CandidateCount, Hash256 CandidatesHash, IReadOnlyList<ElectionSeat> Seats)
{
    /// <summary>The bytes of a transcript.</summary>
    public static Codec<ElectionTranscript> Codec { get; } = Ledger.Codecs.Codec.Record<ElectionTranscript>("ElectionTranscript")
        .With("epoch", Ledger.Codecs.Codec.U32, static t => t.Epoch)
        .With("round", Ledger.Codecs.Codec.U32, static t => t.Round)
        .With("beacon", Ledger.Codecs.Codec.Hash, static t => t.Beacon)
        .With("candidate_count", Ledger.Codecs.Codec.U32, static t => t.CandidateCount)
        .With("candidates_hash", Ledger.Codecs.Codec.Hash, static t => t.CandidatesHash)
        .With("seats", Ledger.Codecs.Codec.Vector(ElectionSeat.Codec, 64), static t => t.Seats)
        .Build(static (epoch, round, beacon, count, hash, seats) => new(epoch, round, beacon, count, hash, seats));

    /// <summary>Who was elected, in the order of the draw.</summary>
    public IReadOnlyList<AccountId> Directors => [.. Seats.Select(static seat => seat.Director)];
}
