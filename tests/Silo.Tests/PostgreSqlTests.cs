using System.Text.Json;
using Npgsql;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Resources;
using Nsn.Grains;
using Nsn.Grains.Ledger;
using Nsn.Hosting.PostgreSql;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Silo.Ledger;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Nsn.Silo.Tests;

/// <summary>The journal and the grain state against a real PostgreSQL.</summary>
public sealed class PostgreSqlTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-silo-").FullName;
    private StackApplication _application = null!;
    private string _connection = "";
    private NpgsqlDataSource _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var stack = StackBuilder.Create($"--Data={Path.Combine(_folder, "data")}");
        var database = stack.AddPostgres("postgres", port: 0).AddDatabase("nsn");
        _application = stack.Build();
        _application.Start();
        await _application.WaitUntilReadyAsync(TimeSpan.FromMinutes(3), Cancellation);
        _connection = database.Resource.GetConnectionString(_application.Stack);
        _database = NpgsqlDataSource.Create(_connection);
        await PostgreSqlSchema.EnsureAsync(_database, PostgreSqlLedgerJournal.Schema, Cancellation);
        await PostgreSqlSchema.EnsureAsync(_database, PostgreSqlGrainStorage.Schema, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_journal_takes_each_number_once_and_gives_blocks_in_order()
    {
        var journal = new PostgreSqlLedgerJournal(_database);
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (ulong number = 1; number <= 1200; number++)
            Assert.True(await journal.TryAppendAsync("a", new JournaledBlock(number, [(byte)number], at.AddSeconds(number)), Cancellation));
        Assert.False(await journal.TryAppendAsync("a", new JournaledBlock(3, [9], at), Cancellation));
        Assert.True(await journal.TryAppendAsync("b", new JournaledBlock(3, [9], at), Cancellation));
        var read = new List<ulong>();
        await foreach (var block in journal.ReadAsync("a", 101, Cancellation))
            read.Add(block.Number);
        Assert.Equal(Enumerable.Range(101, 1100).Select(number => (ulong)number), read);
        var third = await journal.FindAsync("a", 3, Cancellation);
        Assert.Equal([3], third!.Bytes);
        Assert.Equal(at.AddSeconds(3), third.SealedAt);
        Assert.Null(await journal.FindAsync("a", 5000, Cancellation));
    }

    [Fact]
    public async Task An_operator_can_have_the_journal_carried_out_again()
    {
        string[] settings = [$"--ConnectionStrings:nsn={_connection}"];
        var (runtime, state) = LedgerRuntime.Start(GenesisPresets.Dev() with { Parameters = GenesisPresets.Dev().Parameters with { OnDeckBlocks = 26 } });
        var journal = new PostgreSqlLedgerJournal(_database);
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (ulong number = 1; number <= 30; number++)
        {
            var block = runtime.Seal(state, (ulong)at.AddSeconds(number).ToUnixTimeMilliseconds(), []);
            state = block.State;
            Assert.True(await journal.TryAppendAsync(ChainName.Default, new JournaledBlock(number, block.Block.Encode(), at.AddSeconds(number)), Cancellation));
        }

        var (code, output) = await RunAsync(["verify", "--json", .. settings]);
        Assert.True(code == 0, output);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(30, report.GetProperty("block").GetInt32());
        Assert.Equal(state.Root.ToString(), report.GetProperty("stateRoot").GetString());
        Assert.Equal(state.Hash.ToString(), report.GetProperty("blockHash").GetString());

        await using (var delete = _database.CreateCommand("delete from nsn_block where number = 11"))
            await delete.ExecuteNonQueryAsync(Cancellation);
        (code, output) = await RunAsync(["verify", .. settings]);
        Assert.Equal(1, code);
        Assert.Contains("not whole: Block 11 is not in the journal", output, StringComparison.Ordinal);

        (code, output) = await RunAsync(["verify", "--ConnectionStrings:nsn=Host=127.0.0.1;Port=1;Username=nobody;Timeout=2"]);
        Assert.Equal(6, code);
        Assert.Contains("cannot be read", output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync(["verify", "--fast", .. settings])).Code);
        Assert.Equal(2, (await RunAsync(settings)).Code);

        static async Task<(int Code, string Output)> RunAsync(string[] arguments)
        {
            using var text = new StringWriter();
            var code = await LedgerCommand.RunAsync(arguments, text, text);
            return (code, text.ToString());
        }
    }

    [Fact]
    public async Task A_snapshot_is_replaced_only_by_a_newer_one()
    {
        var journal = new PostgreSqlLedgerJournal(_database);
        Assert.Null(await journal.ReadSnapshotAsync("s", Cancellation));
        await journal.WriteSnapshotAsync("s", new LedgerSnapshot(20, [2]), Cancellation);
        await journal.WriteSnapshotAsync("s", new LedgerSnapshot(10, [1]), Cancellation);
        Assert.Equal(20UL, (await journal.ReadSnapshotAsync("s", Cancellation))!.Block);
        await journal.WriteSnapshotAsync("s", new LedgerSnapshot(30, [3]), Cancellation);
        Assert.Equal([3], (await journal.ReadSnapshotAsync("s", Cancellation))!.State);
    }

    [Fact]
    public async Task Of_two_writers_with_the_same_version_one_is_refused()
    {
        var storage = new PostgreSqlGrainStorage(_database);
        var grain = GrainId.Create("test", "one");
        var first = new GrainState<Note>(new Note { Text = "a", Score = float.NaN });
        await storage.WriteStateAsync("note", grain, first);
        var second = new GrainState<Note>();
        await storage.ReadStateAsync("note", grain, second);
        Assert.Equal("a", second.State!.Text);
        Assert.True(float.IsNaN(second.State!.Score));
        first.State!.Text = "b";
        await storage.WriteStateAsync("note", grain, first);
        second.State!.Text = "c";
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("note", grain, second));
        await storage.ReadStateAsync("note", grain, second);
        Assert.Equal("b", second.State!.Text);
        await storage.ClearStateAsync("note", grain, second);
        Assert.False(second.RecordExists);
        await storage.ReadStateAsync("note", grain, second);
        Assert.False(second.RecordExists);
        second.State!.Text = "d";
        await storage.WriteStateAsync("note", grain, second);
        Assert.True(second.RecordExists);
    }

    private sealed class Note
    {
        public string Text { get; set; } = "";

        public float Score { get; set; }
    }
}
