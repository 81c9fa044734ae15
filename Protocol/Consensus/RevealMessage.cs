using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// A director shows what it committed to. It needs no signature: only who made the signed commitment knows the nonce that opens it.
/// </summary>
/// <param name="Director">Who reveals.</param>
/// <param name="Round">To which agreement.</param>
/// <param name="Nonce">The nonce of the commitment, and the secret from which the director's frames were drawn (<see cref="FrameSample"/>).</param>
/// <param name="Embedding">What the director saw.</param>
public sealed record RevealMessage(AccountId Director, RoundId Round, Hash256 Nonce, QuantisedEmbedding Embedding)
    : ConsensusMessage(Director)
{
    /// <summary>True if this opens the commitment.</summary>
    public bool Opens(CommitMessage commit)
        => commit.Director == Director && commit.Round == Round
            && commit.Commitment == CommitMessage.Commit(Director, Round, Nonce, Embedding.Hash);

    internal static bool TryRead(ref ScaleReader reader, [NotNullWhen(true)] out RevealMessage? value)
    {
        value = null;
        if (!AccountId.TryRead(ref reader, out AccountId director)
            || !RoundId.TryRead(ref reader, out RoundId round)
            || !Hash256.TryRead(ref reader, out Hash256 nonce)
            || !QuantisedEmbedding.TryRead(ref reader, out QuantisedEmbedding? embedding))
        {
            return false;
        }

        value = new RevealMessage(director, round, nonce, embedding);
        return true;
    }

    private protected override void WriteTo(ScaleWriter writer)
    {
        writer.WriteVariant(1);
        AccountId.Write(writer, Director);
        RoundId.Write(writer, Round);
        Hash256.Write(writer, Nonce);
        QuantisedEmbedding.Write(writer, Embedding);
    }
}
