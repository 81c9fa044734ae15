using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Nsn.Grains;
using Nsn.Grains.Ledger;

namespace Nsn.Silo.Ledger;

/// <summary><c>ledger verify</c>: is the journal whole? Only reads, so it may run beside silos.</summary>
internal static class LedgerCommand
{
    private const int Success = 0, Negative = 1, Usage = 2, Storage = 6; // as those of nsn (Cli/ExitCode.cs)
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">What stands behind <c>ledger</c>; settings among them as in any other start of a silo.</param>
    /// <param name="output">The answer.</param>
    /// <param name="errors">Why there is none.</param>
    /// <returns>0 where the journal is whole, 1 where it is not, 2 for a wrong command line, 6 where it cannot be read.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is not ["verify", .. var rest] || rest.Any(argument => argument != "--json" && !argument.Contains('=', StringComparison.Ordinal)))
        {
            await errors.WriteLineAsync("silo: ledger verify [--json] [--ConnectionStrings:nsn=…]");
            return Usage;
        }

        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine([.. rest.Where(argument => argument != "--json")]).Build();
        if (configuration.GetConnectionString("nsn") is not { Length: > 0 } connection)
        {
            await errors.WriteLineAsync("silo: no database is configured: set ConnectionStrings__nsn to a PostgreSQL connection string.");
            return Usage;
        }

        LedgerReplayReport report;
        try
        {
            await using var database = NpgsqlDataSource.Create(connection);
            report = await LedgerReplay.RunAsync(new PostgreSqlLedgerJournal(database), ChainName.Default);
        }
        catch (Exception unreadable) when (unreadable is NpgsqlException or ArgumentException or SocketException or TimeoutException)
        {
            await errors.WriteLineAsync($"silo: the journal cannot be read: {unreadable.Message}");
            return Storage;
        }

        await output.WriteLineAsync(rest.Contains("--json") ? Json(report) : Text(report));
        return report.Problem is null ? Success : Negative;
    }

    private static string Text(LedgerReplayReport report) => report.Problem is { } problem
        ? $"not whole: {problem} Up to block {report.Block} everything follows."
        : $"whole: chain {report.Chain}, blocks 1 to {report.Block} with {report.Extrinsics} extrinsics, carried out again from genesis to state root {report.StateRoot}";

    private static string Json(LedgerReplayReport report) => JsonSerializer.Serialize(
        new
        {
            report.Chain,
            Whole = report.Problem is null,
            report.Problem,
            report.Block,
            BlockHash = report.BlockHash.ToString(),
            StateRoot = report.StateRoot.ToString(),
            report.Extrinsics,
            report.SnapshotBlock,
        },
        s_json);
}
