namespace Nsn.Protocol.Cryptography;

/// <summary>
/// Ed25519 (RFC 8032, pure, cofactorless) over OpenSSL 3. Strict: keys that are not canonical or of small order are refused (they would
/// verify signatures that nobody made), and so are signatures whose S is not below the group order (they would give one message a second signature).
/// </summary>
public sealed class Ed25519 : ISignatureScheme
{
    // Little-endian: 2^255 - 19 and the group order 2^252 + 27742317777372353535851937790883648493.
    private static readonly byte[] s_fieldPrime = Convert.FromHexString("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    private static readonly byte[] s_groupOrder = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    // y of the points whose order divides 8; each comes with either sign of x.
    private static readonly byte[][] s_smallOrderY =
    [
        Convert.FromHexString("0000000000000000000000000000000000000000000000000000000000000000"),
        Convert.FromHexString("0100000000000000000000000000000000000000000000000000000000000000"),
        Convert.FromHexString("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ];

    private Ed25519()
    {
    }

    /// <summary>The scheme; it has no state.</summary>
    public static Ed25519 Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "ed25519";

    /// <inheritdoc/>
    public bool IsAcceptableKey(in AccountId key)
    {
        Span<byte> y = stackalloc byte[AccountId.Size];
        key.AsSpan().CopyTo(y);
        y[31] &= 0x7F;
        if (!IsBelow(y, s_fieldPrime))
            return false;
        foreach (byte[] small in s_smallOrderY)
        {
            if (y.SequenceEqual(small))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Verify(in AccountId key, ReadOnlySpan<byte> message, in Signature64 signature)
        => IsBelow(signature.AsSpan()[32..], s_groupOrder)
            && IsAcceptableKey(key)
            && OpenSsl.VerifyEd25519(key.AsSpan(), message, signature.AsSpan());

    /// <inheritdoc/>
    public ISigner CreateSigner(ReadOnlySpan<byte> seed) => new Ed25519Signer(seed);

    private static bool IsBelow(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (int i = left.Length - 1; i >= 0; i--)
        {
            if (left[i] != right[i])
                return left[i] < right[i];
        }

        return false;
    }
}
