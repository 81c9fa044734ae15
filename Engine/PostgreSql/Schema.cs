using Npgsql;

namespace Nsn.Engine.PostgreSql;

/// <summary>The engine's tables; made and brought up to date by whichever process comes first, under a lock that the others wait for.</summary>
internal static class Schema
{
    private const long LockKey = 0x4e534e456e67;

    /// <summary>
    /// What brings the tables from one version to the next; the first step finds tables of the time before versions were counted. Steps are only added: one that has been
    /// released never changes. A silo of the version before may still run while a step is made, so a step leaves to it what it uses.
    /// </summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        create table if not exists nsn_engine.clusters (cluster_id text primary key, version bigint not null);
        create table if not exists nsn_engine.silos (
            cluster_id text not null, address text not null, name text not null, role text, metadata jsonb not null, figures jsonb not null,
            status int not null, lock_key bigint not null, lease_until timestamptz not null, session_lost_at timestamptz, dead boolean not null default false,
            primary key (cluster_id, address));
        create table if not exists nsn_engine.grains (
            cluster_id text not null, grain_id text not null, owner text, activation uuid not null, epoch bigint not null, primary key (cluster_id, grain_id));
        create table if not exists nsn_engine.states (
            service_id text not null, store text not null, state text not null, grain_id text not null, data jsonb, etag bigint not null, epoch bigint not null,
            primary key (service_id, grain_id, store, state));
        create table if not exists nsn_engine.reminders (
            service_id text not null, grain_id text not null, name text not null, bucket int not null, start_at timestamptz not null, period_ticks bigint not null,
            etag text not null, primary key (service_id, grain_id, name));
        create index if not exists reminders_bucket on nsn_engine.reminders (service_id, bucket);
        create table if not exists nsn_engine.stream_items (
            service_id text not null, stream text not null, number bigint not null, data bytea not null, written_at timestamptz not null default now(),
            primary key (service_id, stream, number));
        create table if not exists nsn_engine.stream_cursors (
            service_id text not null, stream text not null, subscription uuid not null, consumer text not null, implicit boolean not null, next bigint not null,
            primary key (service_id, stream, subscription));
        """,
    ];

    public static async Task EnsureAsync(NpgsqlDataSource source, IReadOnlyList<string> steps, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var gate = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = LockKey } } })
            await gate.ExecuteNonQueryAsync(cancellationToken);
        var version = await ReadVersionAsync(connection, transaction, cancellationToken);
        if (version > steps.Count)
        {
            throw new OrleansException(
                $"The tables in the schema nsn_engine have version {version}, and this program knows versions up to {steps.Count}: a newer one has changed them. Use that, or a database of its own.");
        }

        for (var step = version; step < steps.Count; step++)
        {
            await using var change = new NpgsqlCommand(steps[step], connection, transaction);
            await change.ExecuteNonQueryAsync(cancellationToken);
        }

        if (version < steps.Count)
        {
            await using var note = new NpgsqlCommand($"delete from nsn_engine.version; insert into nsn_engine.version (version) values ({steps.Count})", connection, transaction);
            await note.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var read = new NpgsqlCommand("""
            create schema if not exists nsn_engine;
            create table if not exists nsn_engine.version (version int not null);
            select coalesce(max(version), 0) from nsn_engine.version
            """, connection, transaction);
        return (int)(await read.ExecuteScalarAsync(cancellationToken))!;
    }
}
