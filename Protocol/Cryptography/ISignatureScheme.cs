namespace Nsn.Protocol.Cryptography;

/// <summary>A way to sign and verify. The product uses <see cref="Ed25519"/>; simulations may bring a cheaper one.</summary>
public interface ISignatureScheme
{
    /// <summary>The name of the scheme, lower case.</summary>
    string Name { get; }

    /// <summary>True if <paramref name="key"/> may be registered: it is a point of the curve that can belong to somebody.</summary>
    bool IsAcceptableKey(in AccountId key);

    /// <summary>True if <paramref name="signature"/> is of <paramref name="key"/> over <paramref name="message"/>. Never throws for bad input.</summary>
    bool Verify(in AccountId key, ReadOnlySpan<byte> message, in Signature64 signature);

    /// <summary>The signer with the private key that follows from a seed of 32 bytes.</summary>
    ISigner CreateSigner(ReadOnlySpan<byte> seed);
}
