using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>
/// Two different votes of one director for one slot. An honest director votes once, so both signatures together convict it before anyone.
/// </summary>
/// <param name="First">One vote.</param>
/// <param name="Second">The other.</param>
public sealed record EquivocationEvidence(Vote First, Vote Second)
{
    /// <summary>Who is convicted.</summary>
    public AccountId Director => First.Director;

    /// <summary>The directors that signed both of two certificates for one slot that say different things.</summary>
    public static IEnumerable<EquivocationEvidence> Between(EpochDirectors directors, Certificate left, Certificate right)
    {
        if (left.Statement == right.Statement || left.Statement.Slot != right.Statement.Slot)
            return [];
        return
            from one in Votes(directors, left)
            join other in Votes(directors, right) on one.Director equals other.Director
            select new EquivocationEvidence(one, other);
    }

    /// <summary>True if one director of the epoch signed two different statements about one slot of one chain and epoch.</summary>
    public bool Verify(ISignatureScheme scheme, EpochDirectors directors)
        => First.Director == Second.Director
            && directors.IndexOf(First.Director) >= 0
            && First.Statement.ChainId == directors.ChainId && Second.Statement.ChainId == directors.ChainId
            && First.Statement.Epoch == directors.Epoch && Second.Statement.Epoch == directors.Epoch
            && First.Statement.Slot == Second.Statement.Slot
            && First.Statement != Second.Statement
            && First.Verify(scheme) && Second.Verify(scheme);

    /// <summary>Writes both votes.</summary>
    public static void Write(ScaleWriter writer, EquivocationEvidence value)
    {
        Vote.Write(writer, value.First);
        Vote.Write(writer, value.Second);
    }

    /// <summary>Reads both votes.</summary>
    public static bool TryRead(ref ScaleReader reader, [NotNullWhen(true)] out EquivocationEvidence? value)
    {
        value = null;
        if (!Vote.TryRead(ref reader, out Vote? first) || !Vote.TryRead(ref reader, out Vote? second))
            return false;
        value = new EquivocationEvidence(first, second);
        return true;
    }

    private static IEnumerable<Vote> Votes(EpochDirectors directors, Certificate certificate)
        => certificate.SignersOf(directors).Zip(certificate.Signatures, (director, signature) => new Vote(director, certificate.Statement, signature));
}
