using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Nsn.Grains.Channels;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;

namespace Nsn.Grains.Telemetry;

/// <summary>
/// What the grains of one silo did, meter "Nsn.Grains" (docs/telemetry.md). A grain lives on one silo at a time, so figures of several silos add up; the gauges of a grain go with it
/// when it leaves.
/// </summary>
internal sealed class GrainMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nsn.Grains";

    // A stage of a slot takes from milliseconds (a reveal) to minutes (a clip on a slow machine).
    private static readonly InstrumentAdvice<double> s_stages = new() { HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120] };

    // A block is sealed and journaled in milliseconds, or the database is in trouble.
    private static readonly InstrumentAdvice<double> s_blocks = new() { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] };
    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, int> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (ulong Block, int Pool)> _chains = new(StringComparer.Ordinal);
    private readonly Counter<long> _slots;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _votes;
    private readonly Counter<long> _recipes;
    private readonly Counter<long> _blocks;
    private readonly Histogram<double> _sealing;
    private readonly Counter<long> _extrinsics;
    private readonly Counter<long> _elections;

    /// <summary>Makes the instruments.</summary>
    public GrainMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _slots = _meter.CreateCounter<long>("nsn.slots", "{slot}", "Slots that were certified or given up");
        _stages = _meter.CreateHistogram("nsn.slots.stage.duration", "s", "How long a stage of a slot took", tags: null, s_stages);
        _votes = _meter.CreateCounter<long>("nsn.slots.votes", "{vote}", "What directors said of a clip");
        _recipes = _meter.CreateCounter<long>("nsn.channel.recipes", "{recipe}", "Recipes that people sent");
        _meter.CreateObservableGauge("nsn.channel.queue.length", QueueLengths, "{recipe}", "Recipes that wait for a slot");
        _blocks = _meter.CreateCounter<long>("nsn.ledger.blocks", "{block}", "Blocks that were sealed and journaled");
        _sealing = _meter.CreateHistogram("nsn.ledger.block.duration", "s", "How long a block took to be sealed and journaled", tags: null, s_blocks);
        _meter.CreateObservableGauge("nsn.ledger.block.number", BlockNumbers, "{block}", "The last journaled block");
        _extrinsics = _meter.CreateCounter<long>("nsn.ledger.extrinsics", "{extrinsic}", "Extrinsics, by what became of them");
        _meter.CreateObservableGauge("nsn.ledger.pool.length", PoolLengths, "{extrinsic}", "Extrinsics that wait for a block");
        _elections = _meter.CreateCounter<long>("nsn.ledger.elections", "{election}", "Elections of the directors of an epoch");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The ledger has a slot's certificate.</summary>
    public void SlotCertified(bool isInTime) => _slots.Add(1, new("outcome", isInTime ? "certified" : "late"), new("reason", "none"));

    /// <summary>A slot gets no certificate.</summary>
    public void SlotFailed(SlotFailure reason) => _slots.Add(1, new("outcome", "failed"), new("reason", Name(reason)));

    /// <summary>A stage of a slot is over.</summary>
    public void StageTook(string stage, TimeSpan time) => _stages.Record(time.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    /// <summary>A director's vote is in, or it gave none that counts.</summary>
    public void Voted(Verdict? verdict) => _votes.Add(1, new KeyValuePair<string, object?>("verdict", Name(verdict)));

    /// <summary>Somebody sent a recipe.</summary>
    public void RecipeSent(string channel, EnqueueOutcome outcome) => _recipes.Add(1, new("channel", channel), new("outcome", Name(outcome)));

    /// <summary>So many recipes wait.</summary>
    public void QueueIs(string channel, int length) => _queues[channel] = length;

    /// <summary>The channel's grain leaves this silo.</summary>
    public void ChannelLeft(string channel) => _queues.TryRemove(channel, out _);

    /// <summary>A block is journaled.</summary>
    public void BlockSealed(TimeSpan time)
    {
        _blocks.Add(1);
        _sealing.Record(time.TotalSeconds);
    }

    /// <summary>Where a chain is, and how many extrinsics wait.</summary>
    public void ChainIs(string chain, ulong block, int pool) => _chains[chain] = (block, pool);

    /// <summary>The ledger's grain leaves this silo.</summary>
    public void ChainLeft(string chain) => _chains.TryRemove(chain, out _);

    /// <summary>An extrinsic was applied, is in a block without effect, or entered none.</summary>
    public void ExtrinsicEnded(ExtrinsicFate outcome) => _extrinsics.Add(1, new KeyValuePair<string, object?>("outcome", Name(outcome)));

    /// <summary>An election was held.</summary>
    public void Elected(bool hasDirectors) => _elections.Add(1, new KeyValuePair<string, object?>("outcome", hasDirectors ? "elected" : "too_few_candidates"));

    private IEnumerable<Measurement<int>> QueueLengths() =>
        _queues.Select(queue => new Measurement<int>(queue.Value, new KeyValuePair<string, object?>("channel", queue.Key)));

    private IEnumerable<Measurement<long>> BlockNumbers() =>
        _chains.Select(chain => new Measurement<long>((long)chain.Value.Block, new KeyValuePair<string, object?>("chain", chain.Key)));

    private IEnumerable<Measurement<int>> PoolLengths() =>
        _chains.Select(chain => new Measurement<int>(chain.Value.Pool, new KeyValuePair<string, object?>("chain", chain.Key)));

    private static string Name(SlotFailure reason) => reason switch
    {
        SlotFailure.PassedOver => "passed_over",
        SlotFailure.NotBegun => "not_begun",
        SlotFailure.NoTime => "no_time",
        SlotFailure.NotPublished => "not_published",
        SlotFailure.NoQuorum => "no_quorum",
        SlotFailure.Rejected => "rejected",
        SlotFailure.NotSubmitted => "not_submitted",
        _ => "error",
    };

    private static string Name(Verdict? verdict) => verdict switch
    {
        null => "absent",
        Verdict.Accept => "accept",
        Verdict.RejectContent => "reject_content",
        Verdict.RejectScores => "reject_scores",
        Verdict.RejectIntegrity => "reject_integrity",
        Verdict.RejectRegeneration => "reject_regeneration",
        Verdict.RejectSimilarity => "reject_similarity",
        _ => "other",
    };

    private static string Name(EnqueueOutcome outcome) => outcome switch
    {
        EnqueueOutcome.Accepted => "accepted",
        EnqueueOutcome.Repeated => "repeated",
        EnqueueOutcome.QueueFull => "queue_full",
        EnqueueOutcome.TooMany => "too_many",
        EnqueueOutcome.KeyReused => "key_reused",
        EnqueueOutcome.IdTaken => "id_taken",
        _ => "invalid",
    };

    private static string Name(ExtrinsicFate outcome) => outcome switch
    {
        ExtrinsicFate.Applied => "applied",
        ExtrinsicFate.Failed => "failed",
        _ => "refused",
    };
}
