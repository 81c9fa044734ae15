using Microsoft.Extensions.Logging.Abstractions;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Silo.Keys;

namespace Nsn.Silo.Tests;

public sealed class FileDirectorKeysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private FileDirectorKeys Open() => new(_folder, NullLogger<FileDirectorKeys>.Instance);

    private string PathOf(AccountId account) => Path.Combine(_folder, Convert.ToHexStringLower(account.AsSpan()) + ".key");

    [Fact]
    public void A_key_is_a_private_file_and_signs()
    {
        using var keys = DevKeys.Open(_folder, NullLogger<FileDirectorKeys>.Instance);
        var alice = DevAccounts.AccountOf("Alice");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(alice)));
        var signer = keys.Find(alice);
        Assert.NotNull(signer);
        Assert.True(Ed25519.Instance.Verify(alice, "hello"u8, signer.Sign("hello"u8)));
        Assert.Null(keys.Find(DevAccounts.AccountOf("Nobody")));
    }

    [Fact]
    public void A_key_that_others_may_read_or_that_is_anothers_is_not_used()
    {
        using var keys = DevKeys.Open(_folder, NullLogger<FileDirectorKeys>.Instance);
        var alice = DevAccounts.AccountOf("Alice");
        var bob = DevAccounts.AccountOf("Bob");
        var nobody = DevAccounts.AccountOf("Nobody");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathOf(alice), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Assert.Null(Open().Find(alice));
        }

        File.Copy(PathOf(bob), PathOf(nobody));
        Assert.Null(Open().Find(nobody));
    }
}
