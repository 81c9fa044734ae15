using System.Runtime.CompilerServices;
using Npgsql;
using Nsn.Grains.Ledger;

namespace Nsn.Silo.Ledger;

/// <summary>The journal in PostgreSQL. The primary key on (chain, number) is what stops a second activation of the ledger from sealing.</summary>
internal sealed class PostgreSqlLedgerJournal(NpgsqlDataSource database) : ILedgerJournal
{
    internal const string Schema = """
        create table if not exists nsn_block (
            chain text not null, number bigint not null, bytes bytea not null, sealed_at timestamptz not null,
            primary key (chain, number));
        create table if not exists nsn_ledger_snapshot (chain text primary key, block bigint not null, state bytea not null)
        """;

    private const int PageSize = 1000;

    public async IAsyncEnumerable<JournaledBlock> ReadAsync(
        string chain, ulong from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var page = new List<JournaledBlock>(PageSize);
            await using (var command = database.CreateCommand(
                $"select number, bytes, sealed_at from nsn_block where chain = $1 and number >= $2 order by number limit {PageSize}"))
            {
                command.Parameters.Add(new() { Value = chain });
                command.Parameters.Add(new() { Value = checked((long)from) });
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                    page.Add(Read(reader));
            }

            foreach (var block in page)
                yield return block;
            if (page.Count < PageSize)
                yield break;
            from = page[^1].Number + 1;
        }
    }

    public async Task<JournaledBlock?> FindAsync(string chain, ulong number, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand("select number, bytes, sealed_at from nsn_block where chain = $1 and number = $2");
        command.Parameters.Add(new() { Value = chain });
        command.Parameters.Add(new() { Value = checked((long)number) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    public async Task<bool> TryAppendAsync(string chain, JournaledBlock block, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            "insert into nsn_block (chain, number, bytes, sealed_at) values ($1, $2, $3, $4) on conflict do nothing");
        command.Parameters.Add(new() { Value = chain });
        command.Parameters.Add(new() { Value = checked((long)block.Number) });
        command.Parameters.Add(new() { Value = block.Bytes });
        command.Parameters.Add(new() { Value = block.SealedAt.UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<LedgerSnapshot?> ReadSnapshotAsync(string chain, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand("select block, state from nsn_ledger_snapshot where chain = $1");
        command.Parameters.Add(new() { Value = chain });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new LedgerSnapshot((ulong)reader.GetInt64(0), reader.GetFieldValue<byte[]>(1))
            : null;
    }

    public async Task WriteSnapshotAsync(string chain, LedgerSnapshot snapshot, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand("""
            insert into nsn_ledger_snapshot (chain, block, state) values ($1, $2, $3)
            on conflict (chain) do update set block = excluded.block, state = excluded.state where nsn_ledger_snapshot.block < excluded.block
            """);
        command.Parameters.Add(new() { Value = chain });
        command.Parameters.Add(new() { Value = checked((long)snapshot.Block) });
        command.Parameters.Add(new() { Value = snapshot.State });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static JournaledBlock Read(NpgsqlDataReader reader) => new(
        (ulong)reader.GetInt64(0),
        reader.GetFieldValue<byte[]>(1),
        new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero));
}
