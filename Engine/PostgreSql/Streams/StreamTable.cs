using Npgsql;
using Nsn.Engine.Runtime.Streams;

namespace Nsn.Engine.PostgreSql.Streams;

/// <summary>The rows of one stream: its items, and a cursor for each subscription.</summary>
internal sealed class StreamTable(Database database, string serviceId, string stream)
{
    public async Task<long> ReadNextNumberAsync()
    {
        await database.ReadyAsync(CancellationToken.None);
        await using var command = database.Source.CreateCommand("select coalesce(max(number), 0) + 1 from nsn_engine.stream_items where service_id = $1 and stream = $2");
        command.Parameters.AddAll([Of(serviceId), Of(stream)]);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Appends items; a number that exists already means that another hub writes to the stream, and fails.</summary>
    public async Task AppendAsync(long first, IReadOnlyList<byte[]> items)
    {
        await using var command = database.Source.CreateCommand("""
            insert into nsn_engine.stream_items (service_id, stream, number, data)
            select $1, $2, $3 + ordinality - 1, data from unnest($4) with ordinality as i(data, ordinality)
            """);
        command.Parameters.AddAll([Of(serviceId), Of(stream), Of(first), new NpgsqlParameter<byte[][]> { TypedValue = [.. items] }]);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<List<(long Number, byte[] Data)>> ReadAsync(long from, int count)
    {
        await using var command = database.Source.CreateCommand("select number, data from nsn_engine.stream_items where service_id = $1 and stream = $2 and number >= $3 order by number limit $4");
        command.Parameters.AddAll([Of(serviceId), Of(stream), Of(from), new NpgsqlParameter<int> { TypedValue = count }]);
        var items = new List<(long, byte[])>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            items.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        return items;
    }

    public async Task<List<(StreamSubscription Subscription, long Next)>> ReadCursorsAsync()
    {
        await using var command = database.Source.CreateCommand("select subscription, consumer, implicit, next from nsn_engine.stream_cursors where service_id = $1 and stream = $2");
        command.Parameters.AddAll([Of(serviceId), Of(stream)]);
        var cursors = new List<(StreamSubscription, long)>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            cursors.Add((new StreamSubscription(reader.GetGuid(0), GrainId.Parse(reader.GetString(1)), reader.GetBoolean(2)), reader.GetInt64(3)));
        return cursors;
    }

    public async Task WriteCursorAsync(StreamSubscription subscription, long next)
    {
        await using var command = database.Source.CreateCommand("""
            insert into nsn_engine.stream_cursors (service_id, stream, subscription, consumer, implicit, next) values ($1, $2, $3, $4, $5, $6)
            on conflict (service_id, stream, subscription) do update set consumer = excluded.consumer, next = excluded.next
            """);
        command.Parameters.AddAll([
            Of(serviceId), Of(stream), new NpgsqlParameter<Guid> { TypedValue = subscription.Id }, Of(subscription.Consumer.ToString()),
            new NpgsqlParameter<bool> { TypedValue = subscription.IsImplicit }, Of(next)]);
        await command.ExecuteNonQueryAsync();
    }

    public async Task RemoveCursorAsync(Guid subscription)
    {
        await using var command = database.Source.CreateCommand("delete from nsn_engine.stream_cursors where service_id = $1 and stream = $2 and subscription = $3");
        command.Parameters.AddAll([Of(serviceId), Of(stream), new NpgsqlParameter<Guid> { TypedValue = subscription }]);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Streams with items that a subscriber does not have yet.</summary>
    public static async Task<List<string>> ReadBacklogsAsync(Database database, string serviceId, int count, CancellationToken cancellationToken)
    {
        await database.ReadyAsync(cancellationToken);
        await using var command = database.Source.CreateCommand("""
            select distinct c.stream from nsn_engine.stream_cursors c
            where c.service_id = $1 and exists (select 1 from nsn_engine.stream_items i where i.service_id = $1 and i.stream = c.stream and i.number >= c.next) limit $2
            """);
        command.Parameters.AddAll([Of(serviceId), new NpgsqlParameter<int> { TypedValue = count }]);
        var streams = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            streams.Add(reader.GetString(0));
        return streams;
    }

    /// <summary>Deletes items that are older than their retention and behind every cursor. The last one stays: numbers go on from there.</summary>
    public async Task TrimAsync(TimeSpan retention)
    {
        await using var command = database.Source.CreateCommand("""
            delete from nsn_engine.stream_items where service_id = $1 and stream = $2 and written_at < now() - $3
                and number < (select coalesce(min(next), 9223372036854775807) from nsn_engine.stream_cursors where service_id = $1 and stream = $2)
                and number < (select max(number) from nsn_engine.stream_items where service_id = $1 and stream = $2)
            """);
        command.Parameters.AddAll([Of(serviceId), Of(stream), new NpgsqlParameter<TimeSpan> { TypedValue = retention }]);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Does so for all streams of a provider, whether their hubs are active or not; gives how many items are gone, at most as many as said.</summary>
    public static async Task<int> TrimAllAsync(Database database, string serviceId, string provider, TimeSpan retention, int count, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("""
            delete from nsn_engine.stream_items where ctid = any (array(
                select i.ctid from nsn_engine.stream_items i where i.service_id = $1 and starts_with(i.stream, $2) and i.written_at < now() - $3
                    and i.number < (select coalesce(min(c.next), 9223372036854775807) from nsn_engine.stream_cursors c where c.service_id = $1 and c.stream = i.stream)
                    and exists (select 1 from nsn_engine.stream_items later where later.service_id = $1 and later.stream = i.stream and later.number > i.number) limit $4))
            """);
        command.Parameters.AddAll([
            Of(serviceId), Of($"{provider}|"), new NpgsqlParameter<TimeSpan> { TypedValue = retention }, new NpgsqlParameter<int> { TypedValue = count }]);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };
    private static NpgsqlParameter<long> Of(long value) => new() { TypedValue = value };
}
