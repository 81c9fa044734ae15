using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.EndToEnd.Tests;

/// <summary>What a man in the middle may do to a frame: takes its type and body, gives the body that goes on.</summary>
internal delegate byte[] Forgery(byte type, byte[] body);

/// <summary>Ways to forge what a gateway sends (types of frames: docs/player-protocol.md section 3).</summary>
internal static class Forger
{
    public const byte CertificateFrame = 3, ChunkFrame = 5;
    private static readonly Ed25519Signer[] s_strangers = [.. Enumerable.Range(1, 5).Select(n => new Ed25519Signer(Enumerable.Repeat((byte)(200 + n), 32).ToArray()))];

    public static byte[] Nothing(byte type, byte[] body) => body;

    /// <summary>One bit of the picture.</summary>
    public static byte[] ChunkBit(byte type, byte[] body) => type == ChunkFrame ? FlipLastBit(body) : body;

    /// <summary>One bit of a signature.</summary>
    public static byte[] SignatureBit(byte type, byte[] body) => type == CertificateFrame ? FlipLastBit(body) : body;

    /// <summary>The same statement, signed properly by five people whom nobody has elected.</summary>
    public static byte[] OtherDirectors(byte type, byte[] body)
    {
        if (type != CertificateFrame || !Certificate.TryDecode(body, out var certificate, out _))
            return body;
        var statement = certificate.Statement;
        var strangers = new EpochDirectors(statement.ChainId, statement.Epoch, [.. s_strangers.Select(signer => signer.PublicKey)]);
        return Certificate.Create(strangers, [.. s_strangers.Select(signer => Vote.Sign(signer, statement))]).Encode();
    }

    private static byte[] FlipLastBit(byte[] body)
    {
        body[^1] ^= 1;
        return body;
    }
}
