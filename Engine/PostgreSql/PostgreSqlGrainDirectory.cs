using Microsoft.Extensions.Options;
using Npgsql;
using Nsn.Engine.Runtime.Cluster;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql;

/// <summary>Who owns which grain, as rows. A row outlives its owner so that the epoch only grows.</summary>
internal sealed class PostgreSqlGrainDirectory : IGrainDirectory
{
    private readonly Database _database;
    private readonly string _clusterId;
    private readonly Batcher<GrainId, GrainAddress?> _lookups;
    private readonly Batcher<GrainAddress, GrainAddress?> _registrations;
    private readonly Batcher<GrainAddress, bool> _removals;

    public PostgreSqlGrainDirectory(IOptions<AdoNetClusteringSiloOptions> options, IOptions<ClusterOptions> cluster)
    {
        _database = Database.Of(options.Value.ConnectionString);
        _clusterId = cluster.Value.ClusterId;
        _lookups = new(LookupManyAsync, key: null);
        _registrations = new(RegisterManyAsync, address => address.GrainId);
        _removals = new(UnregisterManyAsync, address => address.GrainId, workers: 1);
    }

    public async ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken)
    {
        try
        {
            return await _lookups.AskAsync(grainId).WaitAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw Unreachable(grainId, exception);
        }
    }

    /// <summary>Asks every question about no grain: connections are open and the code is compiled when the first one comes, which may be one that was taken over and is waited for.</summary>
    public Task WarmUpAsync() => Task.WhenAll(LookupManyAsync([]), RegisterManyAsync([]), UnregisterManyAsync([]));

    private async Task<GrainAddress?[]> LookupManyAsync(IReadOnlyList<GrainId> grains)
    {
        // A look into the index for each, whatever the planner believes the table to hold: hence the limit, which keeps it from joining.
        await using var command = _database.Source.CreateCommand("""
            select p.grain_id, g.owner, g.activation, g.epoch from unnest($2) as p(grain_id)
            cross join lateral (select owner, activation, epoch from nsn_engine.grains where cluster_id = $1 and grain_id = p.grain_id and owner is not null limit 1) as g
            """);
        string[] names = [.. grains.Select(grain => grain.ToString())];
        command.Parameters.AddAll([Of(_clusterId), new NpgsqlParameter<string[]> { TypedValue = names }]);
        var owners = new Dictionary<string, GrainAddress>(names.Length);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            owners[reader.GetString(0)] = Read(GrainId.Parse(reader.GetString(0)), reader, 1);
        return Array.ConvertAll(names, owners.GetValueOrDefault);
    }

    public async ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                if (await _registrations.AskAsync(proposed) is { } mine)
                    return mine;
            }
            catch (NpgsqlException exception)
            {
                throw Unreachable(proposed.GrainId, exception);
            }

            if (await LookupAsync(proposed.GrainId, cancellationToken) is { } other && !other.SiloAddress.Equals(proposed.SiloAddress))
                return other;
        }

        throw new SiloUnavailableException($"{proposed.SiloAddress} is not a living member and cannot own {proposed.GrainId}.");
    }

    public async ValueTask UnregisterAsync(GrainAddress address, CancellationToken cancellationToken) => await _removals.AskAsync(address);

    /// <summary>
    /// Takes grains that are free, ours already, or a dead silo's. Dead is what the statement has seen to be dead: an owner that it does not know yet joined after it
    /// began, and lives.
    /// </summary>
    private async Task<GrainAddress?[]> RegisterManyAsync(IReadOnlyList<GrainAddress> proposed)
    {
        await using var command = _database.Source.CreateCommand("""
            insert into nsn_engine.grains as g (cluster_id, grain_id, owner, activation, epoch)
            select $1, p.grain_id, p.owner, p.activation, 1 from unnest($2, $3, $4) as p(grain_id, owner, activation)
            where exists (select 1 from nsn_engine.silos s where s.cluster_id = $1 and s.address = p.owner and not s.dead and s.lease_until > clock_timestamp())
            order by p.grain_id
            on conflict (cluster_id, grain_id) do update set owner = excluded.owner, activation = excluded.activation, epoch = g.epoch + 1
            where g.owner is null or g.owner = excluded.owner
                or exists (select 1 from nsn_engine.silos s where s.cluster_id = $1 and s.address = g.owner and s.dead)
            returning grain_id, epoch
            """);
        string[] names = [.. proposed.Select(address => address.GrainId.ToString())];
        command.Parameters.AddAll([
            Of(_clusterId),
            new NpgsqlParameter<string[]> { TypedValue = names },
            new NpgsqlParameter<string[]> { TypedValue = [.. proposed.Select(address => address.SiloAddress.ToParsableString())] },
            new NpgsqlParameter<Guid[]> { TypedValue = [.. proposed.Select(address => address.ActivationId.Key)] }]);
        var epochs = new Dictionary<string, long>(names.Length);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                epochs[reader.GetString(0)] = reader.GetInt64(1);
        }

        return [.. proposed.Select((address, i) => epochs.TryGetValue(names[i], out var epoch)
            ? new GrainAddress { GrainId = address.GrainId, SiloAddress = address.SiloAddress, ActivationId = address.ActivationId, Epoch = epoch }
            : null)];
    }

    private async Task<bool[]> UnregisterManyAsync(IReadOnlyList<GrainAddress> addresses)
    {
        await using var command = _database.Source.CreateCommand("""
            with gone as ( -- a client comes once and writes no state: its row has no epoch to keep
                delete from nsn_engine.grains as g using unnest($2, $3, $4) as p(grain_id, owner, epoch)
                where g.cluster_id = $1 and g.grain_id = p.grain_id and g.owner = p.owner and g.epoch = p.epoch and starts_with(p.grain_id, 'sys.client/'))
            update nsn_engine.grains as g set owner = null from unnest($2, $3, $4) as p(grain_id, owner, epoch)
            where g.cluster_id = $1 and g.grain_id = p.grain_id and g.owner = p.owner and g.epoch = p.epoch and not starts_with(p.grain_id, 'sys.client/')
            """);
        command.Parameters.AddAll([
            Of(_clusterId),
            new NpgsqlParameter<string[]> { TypedValue = [.. addresses.Select(address => address.GrainId.ToString())] },
            new NpgsqlParameter<string[]> { TypedValue = [.. addresses.Select(address => address.SiloAddress.ToParsableString())] },
            new NpgsqlParameter<long[]> { TypedValue = [.. addresses.Select(address => address.Epoch)] }]);
        await command.ExecuteNonQueryAsync();
        return new bool[addresses.Count];
    }

    private static OrleansException Unreachable(GrainId grainId, NpgsqlException exception) =>
        new($"The directory in PostgreSQL cannot be asked for {grainId} now: {exception.Message}", exception);

    private static GrainAddress Read(GrainId grainId, NpgsqlDataReader reader, int column) => new()
    {
        GrainId = grainId,
        SiloAddress = SiloAddress.Parse(reader.GetString(column)),
        ActivationId = new ActivationId(reader.GetGuid(column + 1)),
        Epoch = reader.GetInt64(column + 2),
    };

    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };
}
