using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// A director fixes what it saw without showing it, so that nobody can wait for the others and repeat them.
/// </summary>
/// <param name="Director">Who commits.</param>
/// <param name="Round">To which agreement.</param>
/// <param name="Commitment">See <see cref="Commit"/>.</param>
/// <param name="Signature">Over tag ‖ director ‖ round ‖ commitment.</param>
public sealed record CommitMessage(AccountId Director, RoundId Round, Hash256 Commitment, Signature64 Signature)
    : ConsensusMessage(Director)
{
    /// <summary>SHA-256(tag ‖ director ‖ round ‖ nonce ‖ embedding hash).</summary>
    public static Hash256 Commit(in AccountId director, in RoundId round, in Hash256 nonce, in Hash256 embeddingHash)
    {
        ScaleWriter writer = new(DomainTag.Size + AccountId.Size + RoundId.Size + 64);
        writer.WriteFixed(DomainTag.Commitment);
        AccountId.Write(writer, director);
        RoundId.Write(writer, round);
        Hash256.Write(writer, nonce);
        Hash256.Write(writer, embeddingHash);
        return Sha2.Hash256(writer.WrittenSpan);
    }

    /// <summary>Commits to an embedding.</summary>
    /// <param name="signer">The director.</param>
    /// <param name="round">The agreement.</param>
    /// <param name="nonce">32 bytes from a cryptographic generator, never used before.</param>
    /// <param name="embedding">What the director saw.</param>
    public static CommitMessage Create(ISigner signer, in RoundId round, in Hash256 nonce, QuantisedEmbedding embedding)
    {
        Hash256 commitment = Commit(signer.PublicKey, round, nonce, embedding.Hash);
        return new CommitMessage(signer.PublicKey, round, commitment, signer.Sign(SignedBytes(signer.PublicKey, round, commitment)));
    }

    /// <summary>True if the signature is the director's.</summary>
    public bool Verify(ISignatureScheme scheme) => scheme.Verify(Director, SignedBytes(Director, Round, Commitment), Signature);

    internal static bool TryRead(ref ScaleReader reader, [NotNullWhen(true)] out CommitMessage? value)
    {
        value = null;
        if (!AccountId.TryRead(ref reader, out AccountId director)
            || !RoundId.TryRead(ref reader, out RoundId round)
            || !Hash256.TryRead(ref reader, out Hash256 commitment)
            || !Signature64.TryRead(ref reader, out Signature64 signature))
        {
            return false;
        }

        value = new CommitMessage(director, round, commitment, signature);
        return true;
    }

    private protected override void WriteTo(ScaleWriter writer)
    {
        writer.WriteVariant(0);
        AccountId.Write(writer, Director);
        RoundId.Write(writer, Round);
        Hash256.Write(writer, Commitment);
        Signature64.Write(writer, Signature);
    }

    private static ReadOnlySpan<byte> SignedBytes(in AccountId director, in RoundId round, in Hash256 commitment)
    {
        ScaleWriter writer = new(DomainTag.Size + AccountId.Size + RoundId.Size + Hash256.Size);
        writer.WriteFixed(DomainTag.CommitMessage);
        AccountId.Write(writer, director);
        RoundId.Write(writer, round);
        Hash256.Write(writer, commitment);
        return writer.WrittenSpan;
    }
}
