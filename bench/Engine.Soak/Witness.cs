using Npgsql;

namespace Nsn.Engine.Soak;

/// <summary>
/// Something outside the cluster that grains act upon, as a fenced lock table does: it takes an effect with the token of the newest activation it knows, or a newer one.
/// </summary>
/// <remarks>
/// Two activations that own a grain at once would share a token or act with an old one; both are counted. An effect with an old token is refused, so a paused process that
/// wakes in the middle of its effect does no harm, but it is counted too.
/// </remarks>
public sealed class Witness(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 10 }.ConnectionString);

    public async Task CreateAsync()
    {
        await using var command = _source.CreateCommand("""
            create table if not exists witness_effects (grain text primary key, epoch bigint not null, activation text not null, effects bigint not null);
            create table if not exists witness_refused (grain text not null, epoch bigint not null, held bigint not null);
            create table if not exists witness_ticks (grain text not null, tick bigint not null, times int not null, at timestamptz not null default clock_timestamp(), primary key (grain, tick));
            truncate witness_effects, witness_refused, witness_ticks
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// From now on the database itself counts state writes of an activation whose grain has a later one. The silos' tables must be there. Only a statement that was under way
    /// while the grain was taken over can be among them; the storage refuses all others.
    /// </summary>
    public async Task WatchWritesAsync()
    {
        await using var command = _source.CreateCommand("""
            create table if not exists witness_stale_writes (service_id text not null, grain_id text not null, epoch bigint not null, at timestamptz not null default clock_timestamp());
            create or replace function witness_write() returns trigger language plpgsql as $$
            begin
                insert into witness_stale_writes (service_id, grain_id, epoch)
                select new.service_id, new.grain_id, new.epoch from nsn_engine.grains g
                where g.cluster_id = new.service_id and g.grain_id = new.grain_id and g.epoch > new.epoch;
                return null;
            end $$;
            create or replace trigger witness_write after insert or update on nsn_engine.states for each row execute function witness_write();
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>State writes of activations that were not the last of their grain any more.</summary>
    public Task<long> CountStaleWritesAsync(string cluster) => CountAsync($"select count(*) from witness_stale_writes where service_id = '{cluster}'");

    /// <summary>How many incarnations at a port the judge holds for dead, and for alive.</summary>
    public async Task<(long Dead, long Alive)> CountIncarnationsAsync(string cluster, int port)
    {
        await using var command = _source.CreateCommand("select count(*) filter (where dead), count(*) filter (where not dead) from nsn_engine.silos where cluster_id = $1 and address like '%:' || $2 || '@%'");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{port}" });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Takes new connections: those there are belong to a server that is gone.</summary>
    public void Reconnect() => _source.Clear();

    /// <summary>Acts for an activation; throws when another has acted with a newer token, or with the same one.</summary>
    public async Task ActAsync(GrainAddress activation)
    {
        await using var command = _source.CreateCommand("""
            with acted as (
                insert into witness_effects as w (grain, epoch, activation, effects) values ($1, $2, $3, 1)
                on conflict (grain) do update set epoch = excluded.epoch, activation = excluded.activation, effects = w.effects + 1
                where w.epoch < excluded.epoch or (w.epoch = excluded.epoch and w.activation = excluded.activation) returning 1),
            refused as (
                insert into witness_refused select grain, $2, epoch from witness_effects where grain = $1 and not exists (select 1 from acted))
            select count(*) from acted
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = activation.GrainId.ToString() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = activation.Epoch });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = activation.ActivationId.ToString() });
        if (await command.ExecuteScalarAsync() is not 1L)
            throw new OrleansException($"The witness refuses {activation}: another activation has acted since.");
    }

    public async Task TickAsync(string grain, long tick)
    {
        await using var command = _source.CreateCommand("insert into witness_ticks as w (grain, tick, times) values ($1, $2, 1) on conflict (grain, tick) do update set times = w.times + 1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grain });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = tick });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>In the first ten seconds of a server the judge goes by leases alone: a kill then would measure that.</summary>
    /// <exception cref="InvalidOperationException">It is too early.</exception>
    public async Task CheckThatSessionsCountAsync()
    {
        if (await CountAsync("select count(*) where pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds'") == 0)
            throw new InvalidOperationException("PostgreSQL has just started.");
    }

    /// <summary>Effects of an activation that another shared its token with.</summary>
    public Task<long> CountOverlapsAsync() => CountAsync("select count(*) from witness_refused where epoch = held");

    /// <summary>Effects that came after a newer activation had acted, and were refused.</summary>
    public Task<long> CountStaleAsync() => CountAsync("select count(*) from witness_refused where epoch < held");

    /// <summary>Reminder ticks that two silos fired.</summary>
    public Task<long> CountDoubleTicksAsync() => CountAsync("select count(*) from witness_ticks where times > 1");

    /// <summary>The longest run of ticks of one reminder that two silos fired.</summary>
    public Task<long> CountDoubleTicksInARowAsync() => CountAsync("""
        select coalesce(max(length), 0) from (
            select count(*) as length from (select grain, tick - row_number() over (partition by grain order by tick) as run from witness_ticks where times > 1) doubles
            group by grain, run) runs
        """);

    public Task<long> CountTicksAsync() => CountAsync("select count(*) from witness_ticks");

    private async Task<long> CountAsync(string text)
    {
        await using var command = _source.CreateCommand(text);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
