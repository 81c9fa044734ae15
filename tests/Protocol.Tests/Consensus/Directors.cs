using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Tests.Consensus;

/// <summary>Five keys, a context, and embeddings as honest directors see them: one picture, little noise.</summary>
internal static class Directors
{
    internal static readonly ISigner[] Signers
        = [.. Enumerable.Range(1, 5).Select(i => HashScheme.Instance.CreateSigner([.. Enumerable.Repeat((byte)i, 32)]))];

    internal static readonly EpochDirectors Epoch = new(Sha2.Hash256("chain"u8), 3, [.. Signers.Select(signer => signer.PublicKey)]);

    internal static SlotContext Context(string content = "content") => new()
    {
        Directors = Epoch,
        Slot = 17,
        RecipeHash = Sha2.Hash256("recipe"u8),
        ModelPackHash = Sha2.Hash256("models"u8),
        ContentRoot = Sha2.Hash256(System.Text.Encoding.ASCII.GetBytes(content)),
    };

    internal static Hash256 Nonce(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }

    /// <summary>The picture's embedding with noise; 0.02 is a similarity of about 0.9997.</summary>
    internal static QuantisedEmbedding Seen(Random random, double noise, int picture = 1)
    {
        float[] vector = QuantisedEmbeddingTests.Vector(picture);
        for (int i = 0; i < vector.Length; i++)
            vector[i] += (float)((random.NextDouble() - 0.5) * noise);
        return QuantisedEmbeddingTests.Quantise(vector);
    }

    internal static DirectorRound Honest(SlotContext context, int place, Random random, Verdict verdict = Verdict.Accept)
        => new(context, HashScheme.Instance, Signers[place], verdict, Seen(random, 0.1), Nonce(random));
}

/// <summary>Signatures for simulations: SHA-256(key ‖ message), twice. Anyone could forge them; nobody in a simulation does by chance.</summary>
internal sealed class HashScheme : ISignatureScheme
{
    internal static readonly HashScheme Instance = new();

    public string Name => "simulation";

    public bool IsAcceptableKey(in AccountId key) => true;

    public bool Verify(in AccountId key, ReadOnlySpan<byte> message, in Signature64 signature) => Sign(key, message) == signature;

    public ISigner CreateSigner(ReadOnlySpan<byte> seed) => new Signer(new AccountId(Sha2.Hash256(seed).AsSpan()));

    private static Signature64 Sign(in AccountId key, ReadOnlySpan<byte> message)
    {
        ScaleWriter writer = new();
        AccountId.Write(writer, key);
        writer.WriteFixed(message);
        byte[] hash = Sha2.Hash256(writer.WrittenSpan).ToArray();
        return new Signature64([.. hash, .. hash]);
    }

    private sealed class Signer(AccountId key) : ISigner
    {
        public AccountId PublicKey => key;

        public Signature64 Sign(ReadOnlySpan<byte> message) => HashScheme.Sign(key, message);

        public void Dispose()
        {
        }
    }
}
