using System.Text;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Genesis;

/// <summary>
/// Keys that everybody knows, for networks on one machine: the Ed25519 keys that Substrate's tools call <c>//Alice</c>, <c>//Bob</c> and so on.
/// </summary>
public static class DevAccounts
{
    // The mini secret of Substrate's development phrase, "bottom drive obey lake curtain smoke basket hold race lonely fit walk".
    private static readonly byte[] s_root = Convert.FromHexString("fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e");

    /// <summary>Those who stake as directors in the dev genesis.</summary>
    public static IReadOnlyList<string> Directors { get; } = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie", "Grace", "Heidi", "Ivan", "Judy"];

    /// <summary>Those who stake as super nodes in the dev genesis.</summary>
    public static IReadOnlyList<string> SuperNodes { get; } = ["SuperNode1", "SuperNode2", "SuperNode3", "SuperNode4", "SuperNode5"];

    /// <summary>Those who stake as validators in the dev genesis.</summary>
    public static IReadOnlyList<string> Validators { get; } = ["Validator1", "Validator2", "Validator3", "Validator4", "Validator5"];

    /// <summary>Those who only have a balance in the dev genesis.</summary>
    public static IReadOnlyList<string> Users { get; } = ["Viewer1", "Viewer2", "Requester1", "Requester2", "Gateway"];

    /// <summary>The name of the sudo key in the dev genesis.</summary>
    public const string Sudo = "Sudo";

    /// <summary>The seed of a name: one hard derivation from the development phrase.</summary>
    public static byte[] SeedOf(string name)
    {
        // BLAKE2b-256 over (domain, parent seed, chain code); the chain code of a short name is its SCALE text, padded with zeros.
        var code = new ScaleWriter();
        code.WriteString(name);
        var chainCode = code.Length <= 32 ? code.ToArray() : Blake2b.Hash256(code.WrittenSpan).ToArray();
        Array.Resize(ref chainCode, 32);
        var writer = new ScaleWriter();
        writer.WriteBytes(Encoding.ASCII.GetBytes("Ed25519HDKD"));
        writer.WriteFixed(s_root);
        writer.WriteFixed(chainCode);
        return Blake2b.Hash256(writer.WrittenSpan).ToArray();
    }

    /// <summary>The key of a name. The caller disposes of it.</summary>
    public static ISigner SignerOf(string name) => Ed25519.Instance.CreateSigner(SeedOf(name));

    /// <summary>The account of a name.</summary>
    public static AccountId AccountOf(string name)
    {
        using var signer = SignerOf(name);
        return signer.PublicKey;
    }
}
