using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Certificates;

/// <summary>
/// Three to five equal votes about a slot: 371 to 499 bytes. Whoever knows the epoch's directors can check it without anything else.
/// Form: version (1 byte) ‖ statement (177) ‖ signers (1 byte, bit i for director i) ‖ one signature (64) per set bit, lowest first.
/// </summary>
public sealed class Certificate
{
    /// <summary>The version of the form.</summary>
    public const byte Version = 1;

    /// <summary>The longest certificate, in bytes.</summary>
    public const int EncodedBytesMax = 2 + SlotStatement.Size + Quorum.Directors * Signature64.Size;

    private Certificate(SlotStatement statement, byte signers, ImmutableArray<Signature64> signatures)
    {
        Statement = statement;
        Signers = signers;
        Signatures = signatures;
    }

    /// <summary>What the directors agree on.</summary>
    public SlotStatement Statement { get; }

    /// <summary>Bit i is set if director i of the epoch signed.</summary>
    public byte Signers { get; }

    /// <summary>The signatures, by rising place of the director.</summary>
    public ImmutableArray<Signature64> Signatures { get; }

    /// <summary>True if the verdict is <see cref="Verdict.Accept"/>: only then may the clip be shown as certified.</summary>
    public bool IsAccept => Statement.Verdict == Verdict.Accept;

    /// <summary>Puts votes together. They must be valid and equal; this does not check the signatures again.</summary>
    /// <exception cref="ArgumentException">The votes differ, are too few, come twice from one director, or from none of the five.</exception>
    public static Certificate Create(EpochDirectors directors, IReadOnlyCollection<Vote> votes)
    {
        Signature64?[] byPlace = new Signature64?[Quorum.Directors];
        SlotStatement? statement = null;
        foreach (Vote vote in votes)
        {
            int place = directors.IndexOf(vote.Director);
            if (place < 0 || byPlace[place] is not null || (statement ??= vote.Statement) != vote.Statement)
                throw new ArgumentException("votes of a certificate are equal and come from different directors of the epoch", nameof(votes));
            byPlace[place] = vote.Signature;
        }

        if (votes.Count < Quorum.Votes)
            throw new ArgumentException($"a certificate needs {Quorum.Votes} votes, got {votes.Count}", nameof(votes));
        int signers = 0;
        for (int i = 0; i < byPlace.Length; i++)
            signers |= byPlace[i] is null ? 0 : 1 << i;
        return new Certificate(statement!.Value, (byte)signers, [.. byPlace.OfType<Signature64>()]);
    }

    /// <summary>Reads a certificate and checks its form, not its signatures: <see cref="Verify"/> does.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out Certificate? certificate, out CertificateError error)
    {
        certificate = null;
        error = CertificateError.Malformed;
        ScaleReader reader = new(encoded);
        if (!reader.TryReadU8(out byte version))
            return false;
        if (version != Version)
        {
            error = CertificateError.UnknownVersion;
            return false;
        }

        if (!SlotStatement.TryRead(ref reader, out SlotStatement statement) || !reader.TryReadU8(out byte signers))
            return false;
        int count = BitOperations.PopCount(signers);
        error = signers >= 1 << Quorum.Directors ? CertificateError.UnknownDirector
            : count < Quorum.Votes ? CertificateError.TooFewVotes
            : CertificateError.Malformed;
        if (error != CertificateError.Malformed)
            return false;
        ImmutableArray<Signature64>.Builder signatures = ImmutableArray.CreateBuilder<Signature64>(count);
        for (int i = 0; i < count; i++)
        {
            if (!Signature64.TryRead(ref reader, out Signature64 signature))
                return false;
            signatures.Add(signature);
        }

        if (!reader.TryReadEnd())
            return false;
        error = CertificateError.None;
        certificate = new Certificate(statement, signers, signatures.MoveToImmutable());
        return true;
    }

    /// <summary>The bytes of the certificate.</summary>
    public byte[] Encode()
    {
        ScaleWriter writer = new(EncodedBytesMax);
        writer.WriteU8(Version);
        SlotStatement.Write(writer, Statement);
        writer.WriteU8(Signers);
        foreach (Signature64 signature in Signatures)
            Signature64.Write(writer, signature);
        return writer.ToArray();
    }

    /// <summary>Checks chain, epoch and every signature. The caller compares the slot with the one it asked for.</summary>
    public CertificateError Verify(ISignatureScheme scheme, EpochDirectors directors)
    {
        if (Statement.ChainId != directors.ChainId)
            return CertificateError.WrongChain;
        if (Statement.Epoch != directors.Epoch)
            return CertificateError.WrongEpoch;
        byte[] signed = Statement.ToSignedBytes();
        int next = 0;
        for (int place = 0; place < Quorum.Directors; place++)
        {
            if ((Signers >> place & 1) != 0 && !scheme.Verify(directors.Accounts[place], signed, Signatures[next++]))
                return CertificateError.WrongSignature;
        }

        return CertificateError.None;
    }

    /// <summary>The directors that signed.</summary>
    public IEnumerable<AccountId> SignersOf(EpochDirectors directors)
        => directors.Accounts.Where((_, place) => (Signers >> place & 1) != 0);
}
