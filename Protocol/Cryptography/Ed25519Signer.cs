namespace Nsn.Protocol.Cryptography;

/// <summary>An Ed25519 private key inside OpenSSL.</summary>
public sealed class Ed25519Signer : ISigner
{
    /// <summary>The length of a seed, in bytes.</summary>
    public const int SeedBytes = 32;

    private readonly EvpKeyHandle _key;

    /// <summary>Derives the key from a seed of 32 bytes (RFC 8032, section 5.1.5).</summary>
    public Ed25519Signer(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException($"a seed has {SeedBytes} bytes, got {seed.Length}", nameof(seed));
        _key = OpenSsl.CreatePrivateKey(seed);
        Span<byte> publicKey = stackalloc byte[AccountId.Size];
        OpenSsl.GetPublicKey(_key, publicKey);
        PublicKey = new AccountId(publicKey);
    }

    /// <inheritdoc/>
    public AccountId PublicKey { get; }

    /// <inheritdoc/>
    public Signature64 Sign(ReadOnlySpan<byte> message)
    {
        Span<byte> signature = stackalloc byte[Signature64.Size];
        OpenSsl.Sign(_key, message, signature);
        return new Signature64(signature);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
