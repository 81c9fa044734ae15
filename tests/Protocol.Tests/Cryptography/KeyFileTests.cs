using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Cryptography;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-key").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_seed_comes_back_and_only_its_owner_may_read_it()
    {
        string path = Path.Combine(_folder, "director.key");
        byte[] seed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        KeyFile.Create(path, seed);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.True(KeyFile.TryRead(path, out byte[]? read, out _));
        Assert.Equal(seed, read);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void An_existing_key_is_never_overwritten()
    {
        string path = Path.Combine(_folder, "director.key");
        KeyFile.Create(path, new byte[32]);
        Assert.Throws<IOException>(() => KeyFile.Create(path, [.. Enumerable.Repeat((byte)1, 32)]));
        Assert.True(KeyFile.TryRead(path, out byte[]? read, out _));
        Assert.Equal(new byte[32], read);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
            return;
        string path = Path.Combine(_folder, "director.key");
        KeyFile.Create(path, new byte[32]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.False(KeyFile.TryRead(path, out _, out string? reason));
        Assert.Contains("chmod 600", reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000\n")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000\n")]
    public void Other_contents_are_refused_with_a_reason(string text)
    {
        string path = Path.Combine(_folder, "director.key");
        KeyFile.Create(path, new byte[32]);
        File.WriteAllText(path, text);
        Assert.False(KeyFile.TryRead(path, out _, out string? reason));
        Assert.NotNull(reason);
    }
}
