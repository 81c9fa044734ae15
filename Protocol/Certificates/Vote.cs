using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Certificates;

/// <summary>A director's signature over a statement.</summary>
/// <param name="Director">Who signed.</param>
/// <param name="Statement">What about.</param>
/// <param name="Signature">Over <see cref="SlotStatement.ToSignedBytes"/>.</param>
public sealed record Vote(AccountId Director, SlotStatement Statement, Signature64 Signature)
{
    /// <summary>Signs a statement.</summary>
    public static Vote Sign(ISigner signer, in SlotStatement statement)
        => new(signer.PublicKey, statement, signer.Sign(statement.ToSignedBytes()));

    /// <summary>True if the signature is the director's.</summary>
    public bool Verify(ISignatureScheme scheme) => scheme.Verify(Director, Statement.ToSignedBytes(), Signature);

    /// <summary>Writes director ‖ statement ‖ signature.</summary>
    public static void Write(ScaleWriter writer, Vote value)
    {
        AccountId.Write(writer, value.Director);
        SlotStatement.Write(writer, value.Statement);
        Signature64.Write(writer, value.Signature);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref ScaleReader reader, [NotNullWhen(true)] out Vote? value)
    {
        value = null;
        if (!AccountId.TryRead(ref reader, out AccountId director)
            || !SlotStatement.TryRead(ref reader, out SlotStatement statement)
            || !Signature64.TryRead(ref reader, out Signature64 signature))
        {
            return false;
        }

        value = new Vote(director, statement, signature);
        return true;
    }
}
