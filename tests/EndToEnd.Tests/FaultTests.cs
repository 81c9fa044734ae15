using System.Diagnostics;
using Npgsql;
using Nsn.AppHost.Supervision;

namespace Nsn.EndToEnd.Tests;

/// <summary>Processes die: what is certified afterwards, and that the ledger is whole.</summary>
public sealed class FaultTests(StackFixture stack)
{
    /// <summary>Ends a process in the way that is given, and waits until another one has taken its place.</summary>
    private async Task EndAsync(string name, Func<ResourceInstance, int, Task> end)
    {
        var instance = stack.Instance(name);
        var process = instance.Snapshot.ProcessId ?? throw new InvalidOperationException($"{name} does not run.");
        await end(instance, process);
        await Eventually.HoldsAsync(
            $"{name} is started again and ready",
            () => Task.FromResult(instance.Snapshot),
            snapshot => snapshot.ProcessId != process && snapshot.State == ResourceState.Ready);
    }

    /// <summary>A slot that cannot have its certificate yet: the ledger takes them two slots ahead of the one on air.</summary>
    private async Task<ulong> SlotToComeAsync() => 3 + await Eventually.HoldsAsync(
        "the gateway knows what is on air", async () => (await stack.GetAsync("/api/channels/main")).GetProperty("slot").GetUInt64(), slot => slot > 0);

    [Theory]
    [InlineData("gpu")]
    [InlineData("core-1")]
    [InlineData("core-2")]
    [InlineData("gateway")]
    public async Task A_killed_process_comes_back_and_slots_are_certified_again(string name)
    {
        await stack.CertifiedSlotAsync(0);
        await EndAsync(name, (_, process) =>
        {
            Process.GetProcessById(process).Kill();
            return Task.CompletedTask;
        });
        await stack.CertifiedSlotAsync(await SlotToComeAsync());
        await LedgerIsWholeAsync();
    }

    [Fact]
    public async Task PostgreSQL_restarts_and_slots_are_certified_again()
    {
        await stack.CertifiedSlotAsync(0);
        await EndAsync("postgres", (instance, _) => instance.RestartAsync());
        await stack.CertifiedSlotAsync(await SlotToComeAsync());
        await LedgerIsWholeAsync();
    }

    /// <summary>Every block from the first to the last is in the journal exactly once.</summary>
    private async Task LedgerIsWholeAsync()
    {
        var environment = stack.Instance("core-1").Context.CreateEnvironment();
        await using var database = NpgsqlDataSource.Create(environment["ConnectionStrings__nsn"]);
        await using var command = database.CreateCommand("select count(*), min(number), max(number) from nsn_block");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, reader.GetInt64(1));
        Assert.Equal(reader.GetInt64(0), reader.GetInt64(2));
    }
}
