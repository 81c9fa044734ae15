using System.ComponentModel;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Tests;

/// <summary>Commands that prepare something.</summary>
public class CommandTests
{
    [Fact]
    public async Task Its_exit_code_its_lines_and_its_folder_are_the_commands_own()
    {
        var seen = new List<string>();
        CommandResult result = await Command.RunAsync(
            "sh", ["-c", """echo "$1|$2"; pwd; cat; echo trouble >&2; exit 7""", "sh", "two words", "$HOME *"], "/usr", Take, TestContext.Current.CancellationToken);
        Assert.Equal(7, result.ExitCode);
        Assert.Equal(["$HOME *", "/usr", "trouble"], seen.Select(line => line.Replace("two words|", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(3, result.Output.Split('\n').Length);

        void Take(string line)
        {
            lock (seen)
                seen.Add(line);
        }
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error()
    {
        await Assert.ThrowsAsync<Win32Exception>(() => Command.RunAsync("no-such-program", [], null, null, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<Win32Exception>(() => Command.RunAsync("/no/such/program", [], null, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_cancelled_ends_with_its_children()
    {
        string marker = $"marker-{Guid.NewGuid():N}";
        using var cancelling = new CancellationTokenSource();
        Task running = Command.RunAsync("sh", ["-c", $"sh -c 'sleep 1000; : {marker}' & sleep 1000; : {marker}"], null, null, cancelling.Token);
        await Eventually.HoldsAsync(() => ProcessList.With(marker).Length >= 2, "the command and its child to run");
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.HoldsAsync(() => ProcessList.With(marker).Length == 0, "the command and its child to be gone");
    }
}
