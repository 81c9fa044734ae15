namespace Nsn.Protocol.Cryptography;

/// <summary>Holds a private key and signs with it. Safe for use by several threads at once.</summary>
public interface ISigner : IDisposable
{
    /// <summary>The public key that verifies what this signs.</summary>
    AccountId PublicKey { get; }

    /// <summary>Signs <paramref name="message"/>.</summary>
    Signature64 Sign(ReadOnlySpan<byte> message);
}
