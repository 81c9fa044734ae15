using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Certificates;

public sealed class CertificateTests
{
    private static readonly ISigner[] s_signers
        = [.. Enumerable.Range(1, 5).Select(i => Ed25519.Instance.CreateSigner([.. Enumerable.Repeat((byte)i, 32)]))];

    private static readonly EpochDirectors s_directors = new(Sha2.Hash256("chain"u8), 3, [.. s_signers.Select(signer => signer.PublicKey)]);

    [Theory]
    [InlineData(3, 371)]
    [InlineData(4, 435)]
    [InlineData(5, 499)]
    public void Three_to_five_votes_make_a_certificate_that_comes_back(int votes, int bytes)
    {
        Certificate made = Certificate.Create(s_directors, [.. Votes(votes).Reverse()]);
        byte[] encoded = made.Encode();
        Assert.Equal(bytes, encoded.Length);
        Assert.True(Certificate.TryDecode(encoded, out Certificate? read, out _));
        Assert.Equal(CertificateError.None, read.Verify(Ed25519.Instance, s_directors));
        Assert.Equal(made.Statement, read.Statement);
        Assert.True(read.IsAccept);
        Assert.Equal(s_directors.Accounts.Take(votes), read.SignersOf(s_directors));
    }

    [Fact]
    public void Any_flipped_bit_is_noticed()
    {
        byte[] encoded = Certificate.Create(s_directors, Votes(3)).Encode();
        for (int bit = 0; bit < encoded.Length * 8; bit++)
        {
            encoded[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Certificate.TryDecode(encoded, out Certificate? read, out _) && read.Verify(Ed25519.Instance, s_directors) == CertificateError.None);
            encoded[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Votes_that_are_too_few_unequal_doubled_or_of_outsiders_make_none()
    {
        Vote[] votes = Votes(3);
        using ISigner outsider = Ed25519.Instance.CreateSigner(new byte[32]);
        Assert.Throws<ArgumentException>(() => Certificate.Create(s_directors, votes[..2]));
        Assert.Throws<ArgumentException>(() => Certificate.Create(s_directors, [.. votes[..2], votes[0]]));
        Assert.Throws<ArgumentException>(() => Certificate.Create(s_directors, [.. votes[..2], Vote.Sign(s_signers[2], Statement(Verdict.RejectScores))]));
        Assert.Throws<ArgumentException>(() => Certificate.Create(s_directors, [.. votes[..2], Vote.Sign(outsider, Statement(Verdict.Accept))]));
    }

    [Fact]
    public void Another_chain_or_epoch_is_refused()
    {
        Certificate certificate = Certificate.Create(s_directors, Votes(3));
        Assert.Equal(CertificateError.WrongEpoch, certificate.Verify(Ed25519.Instance, new(s_directors.ChainId, 4, s_directors.Accounts.AsSpan())));
        Assert.Equal(CertificateError.WrongChain, certificate.Verify(Ed25519.Instance, new(default, 3, s_directors.Accounts.AsSpan())));
        AccountId[] reordered = [.. s_directors.Accounts.Reverse()];
        Assert.Equal(CertificateError.WrongSignature, certificate.Verify(Ed25519.Instance, new(s_directors.ChainId, 3, reordered)));
    }

    private static Vote[] Votes(int count) => [.. s_signers.Take(count).Select(signer => Vote.Sign(signer, Statement(Verdict.Accept)))];

    private static SlotStatement Statement(Verdict verdict) => new()
    {
        ChainId = s_directors.ChainId,
        Epoch = 3,
        Slot = 17,
        RecipeHash = Sha2.Hash256("recipe"u8),
        ModelPackHash = Sha2.Hash256("models"u8),
        ContentRoot = Sha2.Hash256("content"u8),
        EmbeddingHash = Sha2.Hash256("embedding"u8),
        Verdict = verdict,
    };
}
