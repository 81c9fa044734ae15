using Nsn.Gateway.Channels;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Gateway.Api;

/// <summary>Turns what grains say into what players and pages read.</summary>
internal static class ApiMapper
{
    /// <summary>A slot in short.</summary>
    /// <param name="entry">What the channel says.</param>
    /// <param name="content">The bytes that are here, certified or filler.</param>
    /// <param name="certified">Whether they are the certified ones.</param>
    /// <param name="problem">Why certified bytes were refused by this gateway.</param>
    public static SlotSummary ToSummary(SlotEntry entry, SlotContent? content, bool certified, string? problem)
    {
        var summary = Summarise(entry);
        return summary with
        {
            Kind = certified ? "certified" : content is not null || problem is not null ? "filler" : summary.Kind,
            DurationMilliseconds = content is null ? summary.DurationMilliseconds : (long)content.Duration.TotalMilliseconds,
            ContentRoot = content is null ? summary.ContentRoot : ApiJson.Hex(content.ContentRoot),
            Chunks = content?.ChunkFrames.Count ?? summary.Chunks,
            Reason = problem ?? summary.Reason,
        };
    }

    /// <summary>Filler for a slot: the picture of another one, labelled.</summary>
    public static SlotSummary ToFiller(
        string channel, ulong slot, ChainHead head, DateTimeOffset airsAt, SlotSummary source, SlotContent content, SlotSummary? known, string reason) => new()
        {
            Slot = slot,
            Epoch = head.Timing.EpochOfSlot(slot),
            Channel = channel,
            Kind = "filler",
            State = known?.State ?? "planned",
            AirsAt = airsAt.ToUnixTimeMilliseconds(),
            DurationMilliseconds = (long)content.Duration.TotalMilliseconds,
            RecipeId = known?.RecipeId,
            ContentRoot = ApiJson.Hex(content.ContentRoot),
            Chunks = content.ChunkFrames.Count,
            Prompt = source.Prompt,
            Origin = "programme",
            Mime = source.Mime,
            Width = source.Width,
            Height = source.Height,
            FramesPerSecond = source.FramesPerSecond,
            Reason = reason,
        };

    /// <summary>A slot with everything that is known about it.</summary>
    /// <param name="entry">What the channel says.</param>
    /// <param name="seen">What this gateway has on air for it.</param>
    /// <param name="directors">The directors of its epoch.</param>
    /// <param name="packs">The model packs that this gateway knows.</param>
    /// <param name="requestedAt">When a person asked for it.</param>
    public static SlotDetail ToDetail(SlotEntry entry, SlotSummary? seen, DirectorsInfo? directors, ModelPacks packs, DateTimeOffset? requestedAt)
    {
        var report = entry.Report;
        var recipe = Recipe(report.Assignment?.Recipe);
        var names = directors?.Directors.ToDictionary(director => director.Key, StringComparer.Ordinal) ?? [];
        var size = report.Answers.Length;
        var started = report.StartedAt;
        var detail = new SlotDetail(Summarise(entry), new SlotTimes(
            requestedAt?.ToUnixTimeMilliseconds(),
            started?.ToUnixTimeMilliseconds(),
            started is { } at && report.StageSeconds.TryGetValue("generate", out var seconds) ? at.AddSeconds(seconds).ToUnixTimeMilliseconds() : null,
            report.Phase == SlotPhase.Certified ? report.FinishedAt?.ToUnixTimeMilliseconds() : null));
        var packHash = report.Assignment is { } named ? ApiJson.Hex(named.ModelPackHash) : null;
        var pack = packs.Find(packHash);
        return detail with
        {
            Kind = seen?.Kind ?? detail.Kind,
            Reason = seen?.Reason ?? detail.Reason,
            Seed = report.Assignment is { } assignment ? ApiJson.Hex(assignment.Seed) : null,
            ModelPackHash = packHash,
            ModelPack = pack?.Name,
            Thresholds = pack is null ? null : new Dictionary<string, double>(pack.Thresholds) { ["similarity"] = SlotContext.DefaultSimilarityMin / 1e6 },
            Proposer = report.Manifest is { } manifest ? ApiJson.Hex(manifest.Proposer) : null,
            Block = report.CertifiedInBlock,
            Script = recipe?.AudioTrack.Script,
            Captions = Captions.For(recipe?.AudioTrack.Script, recipe?.SlotParameters.DurationSeconds ?? 0),
            Directors = [.. report.Answers.Select((answer, index) => ToDirector(answer, index, names, recipe, report.Manifest))],
            Similarity = report.Similarities.Length == size * size
                ? [.. Enumerable.Range(0, size).Select(row => Row(report.Similarities.AsSpan(row * size, size)))]
                : [],
            StageSeconds = report.StageSeconds,
        };
    }

    /// <summary>A recipe's way to air.</summary>
    public static RecipeStatus ToStatus(string channel, RecipeTicket ticket) => new()
    {
        Id = ticket.Id,
        Channel = channel,
        Prompt = Recipe(ticket.Recipe)?.VisualTrack.Prompt ?? "",
        Author = Author(Recipe(ticket.Recipe)),
        State = StateName(ticket.State),
        Place = ticket.Place,
        Slot = ticket.Slot,
        AirsAt = ticket.Slot is null ? null : ticket.AirsAt?.ToUnixTimeMilliseconds(),
        EstimatedAirsAt = ticket.AirsAt?.ToUnixTimeMilliseconds(),
        RecipeHash = ApiJson.Hex(ticket.RecipeHash),
        Reason = ticket.Reason,
        History = [.. ticket.History.Select(step => new RecipeStatusStep(StateName(step.State), step.At.ToUnixTimeMilliseconds()))],
    };

    /// <summary>The directors of an epoch.</summary>
    public static DirectorsInfo ToDirectors(EpochInfo info, ChainHead head) => new(
        info.Epoch,
        Quorum.Votes,
        head.Block,
        ApiJson.Hex(head.BlockHash),
        [.. info.Directors.Select((director, index) =>
            new DirectorKey(director.Address, ApiJson.Hex(director.Account), $"director {index + 1}", director.Region))]);

    /// <summary>An epoch, seen from the head.</summary>
    public static EpochDetail ToEpoch(EpochInfo info, ChainHead head) => new(
        info.Epoch,
        head.Block >= info.EndBlock ? "closed" : head.Block >= info.FirstBlock ? "active" : "on-deck",
        info.FirstBlock,
        info.EndBlock,
        FirstSlotFrom(info.FirstBlock, head.Timing),
        FirstSlotFrom(info.EndBlock, head.Timing),
        TimeOf(info.FirstBlock, head).ToUnixTimeMilliseconds(),
        TimeOf(info.EndBlock, head).ToUnixTimeMilliseconds(),
        ApiJson.Hex(info.Randomness),
        Quorum.Votes,
        ToDirectors(info, head).Directors);

    private static ulong FirstSlotFrom(ulong block, ChainTiming timing) => (block + timing.BlocksPerSlot - 1) / timing.BlocksPerSlot;

    private static DateTimeOffset TimeOf(ulong block, ChainHead head) => head.SealedAt + head.Timing.BlockTime * ((double)block - head.Block);

    /// <summary>A certified slot with the address of its file.</summary>
    public static RecordingSummary ToRecording(SlotEntry entry) => new(Summarise(entry), $"/api/slots/{entry.Report.Slot}/recording");

    private static SlotSummary Summarise(SlotEntry entry)
    {
        var report = entry.Report;
        var recipe = Recipe(report.Assignment?.Recipe);
        var votes = report.Certificate is { } bytes && Certificate.TryDecode(bytes, out var certificate, out _)
            ? (int?)certificate.Signatures.Length
            : null;
        return new SlotSummary
        {
            Slot = report.Slot,
            Epoch = report.Assignment?.Epoch ?? 0,
            Channel = entry.Channel,
            Kind = report.Phase == SlotPhase.Failed || (report.Phase == SlotPhase.Certified && !report.IsInTime) ? "filler" : "certified",
            State = PhaseName(report.Phase),
            AirsAt = entry.AirsAt.ToUnixTimeMilliseconds(),
            DurationMilliseconds = report.Manifest?.SegmentDurations.Sum() ?? (long)entry.AirDuration.TotalMilliseconds,
            RecipeId = report.Assignment?.RecipeId,
            RecipeHash = report.Assignment is { } assignment ? ApiJson.Hex(assignment.RecipeHash) : null,
            ContentRoot = report.Manifest is { } manifest ? ApiJson.Hex(manifest.ContentRoot) : null,
            Chunks = report.Manifest?.Headers.Length,
            Prompt = recipe?.VisualTrack.Prompt,
            Origin = entry.Origin == RecipeOrigin.Viewer ? "viewer" : "programme",
            Author = Author(recipe),
            Width = recipe?.SlotParameters.Width,
            Height = recipe?.SlotParameters.Height,
            FramesPerSecond = (int?)recipe?.SlotParameters.FramesPerSecond,
            Votes = votes,
            Reason = report.Failure,
        };
    }

    private static Recipe? Recipe(byte[]? bytes) => bytes is not null && RecipeCodec.TryDecode(bytes, out var recipe, out _) ? recipe : null;

    private static SlotDirector ToDirector(DirectorAnswer answer, int index, Dictionary<string, DirectorKey> names, Recipe? recipe, ClipManifest? manifest)
    {
        var key = ApiJson.Hex(answer.Account);
        names.TryGetValue(key, out var known);
        var scores = new Dictionary<string, float>();
        if (answer.ScoreA is { } a)
            scores["clipA"] = a;
        if (answer.ScoreB is { } b)
            scores["clipB"] = b;
        return new SlotDirector(
            known?.Account ?? key,
            key,
            known?.Name ?? $"director {index + 1}",
            answer.Verdict ?? "absent",
            answer.Note,
            answer.Committed,
            answer.Revealed,
            scores,
            answer.Commit is { } commit ? ApiJson.Hex(commit) : null,
            answer.Reveal is { } reveal ? ApiJson.Hex(reveal) : null,
            Frames(answer, recipe, manifest));
    }

    /// <summary>The frames that follow from a director's reveal, as anybody can work them out.</summary>
    private static int[]? Frames(DirectorAnswer answer, Recipe? recipe, ClipManifest? manifest)
    {
        if (recipe is null || manifest is null || answer is not { Reveal: { } bytes, SampleCount: { } count }
            || !ConsensusMessage.TryDecode(bytes, out var message, out _) || message is not RevealMessage reveal)
        {
            return null;
        }

        var frames = (int)(recipe.SlotParameters.DurationSeconds * recipe.SlotParameters.FramesPerSecond);
        return frames < 1 || count < 0 ? null : FrameSample.Draw(reveal.Nonce, new Hash256(manifest.ContentRoot), frames, count);
    }

    /// <summary>Who signed a recipe; null for one that is anonymous.</summary>
    private static string? Author(Recipe? recipe) => recipe?.Author is { } author ? Ss58.Encode(author.Account) : null;

    private static float?[] Row(ReadOnlySpan<float> values)
    {
        var row = new float?[values.Length];
        for (var index = 0; index < row.Length; index++)
            row[index] = float.IsNaN(values[index]) ? null : values[index];
        return row;
    }

    private static string PhaseName(SlotPhase phase) => phase switch
    {
        SlotPhase.Planned => "planned",
        SlotPhase.Generating => "generating",
        SlotPhase.Certified => "certified",
        SlotPhase.Failed => "failed",
        _ => "verifying",
    };

    private static string StateName(RecipeState state) => state switch
    {
        RecipeState.OnAir => "on-air",
        _ => state.ToString().ToLowerInvariant(),
    };
}
