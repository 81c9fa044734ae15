using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Recipes;

/// <summary>Who stands for a recipe. It is not a part of the recipe's hash, which it signs.</summary>
/// <param name="Account">The author.</param>
/// <param name="TimestampMilliseconds">When it was signed, Unix time in milliseconds.</param>
/// <param name="Signature">Over tag ‖ chain id ‖ recipe hash ‖ account ‖ timestamp.</param>
public sealed record RecipeAuthor(AccountId Account, ulong TimestampMilliseconds, Signature64 Signature)
{
    /// <summary>Signs a recipe.</summary>
    public static RecipeAuthor Sign(ISigner signer, in Hash256 chainId, in Hash256 recipeHash, ulong timestampMilliseconds)
        => new(signer.PublicKey, timestampMilliseconds, signer.Sign(SignedBytes(chainId, recipeHash, signer.PublicKey, timestampMilliseconds)));

    /// <summary>True if the signature is the author's and the time is not further from now than the window.</summary>
    public bool Verify(ISignatureScheme scheme, in Hash256 chainId, in Hash256 recipeHash, ulong nowMilliseconds, ulong windowMilliseconds)
    {
        ulong distance = nowMilliseconds > TimestampMilliseconds ? nowMilliseconds - TimestampMilliseconds : TimestampMilliseconds - nowMilliseconds;
        return distance <= windowMilliseconds
            && scheme.Verify(Account, SignedBytes(chainId, recipeHash, Account, TimestampMilliseconds), Signature);
    }

    private static byte[] SignedBytes(in Hash256 chainId, in Hash256 recipeHash, in AccountId account, ulong timestampMilliseconds)
    {
        byte[] bytes = new byte[DomainTag.Size + 32 + 32 + 32 + 8];
        DomainTag.RecipeAuthor.CopyTo(bytes);
        chainId.AsSpan().CopyTo(bytes.AsSpan(16));
        recipeHash.AsSpan().CopyTo(bytes.AsSpan(48));
        account.AsSpan().CopyTo(bytes.AsSpan(80));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(112), timestampMilliseconds);
        return bytes;
    }
}
