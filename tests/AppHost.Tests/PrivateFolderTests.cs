using System.Runtime.Versioning;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Tests;

/// <summary>Data of ours does not go into a folder that somebody else may have prepared.</summary>
[SupportedOSPlatform("linux")]
public sealed class PrivateFolderTests : IDisposable
{
    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _place = Directory.CreateTempSubdirectory("nsn-place-").FullName;

    private string Folder => Path.Combine(_place, "nsn-0123456789ab");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public PrivateFolderTests() => Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root needs such a folder");

    public void Dispose()
    {
        if (Directory.Exists(_place))
            Directory.Delete(_place, recursive: true);
    }

    [Fact]
    public async Task It_is_made_closed_and_taken_again()
    {
        await PrivateFolder.EnsureAsync(Folder, Cancellation);
        Assert.Equal(Closed, File.GetUnixFileMode(Folder));
        await PrivateFolder.EnsureAsync(Folder, Cancellation);
        await RunAsync("chown", UnprivilegedUser.Name, Folder); // as after the database was created
        await PrivateFolder.EnsureAsync(Folder, Cancellation);
    }

    [Fact]
    public async Task One_of_ours_that_others_may_look_into_is_closed()
    {
        Directory.CreateDirectory(Folder, Closed | UnixFileMode.GroupRead | UnixFileMode.OtherExecute);
        await PrivateFolder.EnsureAsync(Folder, Cancellation);
        Assert.Equal(Closed, File.GetUnixFileMode(Folder));
    }

    [Fact]
    public async Task One_of_another_user_is_refused_with_what_to_do()
    {
        Directory.CreateDirectory(Folder, Closed);
        await RunAsync("chown", "12345", Folder);
        await RefusedAsync("belongs to user 12345");
    }

    [Fact]
    public async Task One_that_others_may_write_is_refused()
    {
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, Closed | UnixFileMode.OtherWrite);
        await RefusedAsync("can be written by others");
    }

    [Fact]
    public async Task A_link_is_refused_wherever_it_leads()
    {
        string elsewhere = Directory.CreateDirectory(Path.Combine(_place, "elsewhere"), Closed).FullName;
        Directory.CreateSymbolicLink(Folder, elsewhere);
        await RefusedAsync("is no folder");
        Directory.Delete(elsewhere);
        await RefusedAsync("is no folder");
        Assert.False(Directory.Exists(elsewhere));
    }

    private async Task RefusedAsync(string why)
    {
        AppHostException refusal = await Assert.ThrowsAsync<AppHostException>(() => PrivateFolder.EnsureAsync(Folder, Cancellation));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--Data=", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task RunAsync(string program, params string[] arguments) =>
        Assert.Equal(0, (await Command.RunAsync(program, arguments, null, null, Cancellation)).ExitCode);
}
