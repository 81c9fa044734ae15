using Nsn.Grains.Slots;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Grains.Channels;

/// <summary>
/// The rules of a channel's programme over its document: who gets into the queue, which recipe a slot carries, what becomes of tickets.
/// Pure: time is an argument, and nothing here waits.
/// </summary>
internal sealed class ChannelProgramme(ChannelDocument document, ChannelOptions options)
{
    private const int TicketsKept = 400;
    private const string ProgrammePrefix = "programme-";

    /// <summary>Takes a recipe into the queue.</summary>
    public EnqueueResult Enqueue(RecipeSubmission submission, uint slotSeconds, in Hash256 chainId, DateTimeOffset now)
    {
        if (!RecipeCodec.TryDecode(submission.Recipe, out var recipe, out var reason))
            return new(EnqueueOutcome.Invalid, null, [reason]);
        var violations = RecipeValidator.Validate(recipe);
        if (violations.Count > 0)
            return new(EnqueueOutcome.Invalid, null, [.. violations.Select(violation => $"{violation.Path} {violation.Message}")]);
        if (recipe.SlotParameters.DurationSeconds != slotSeconds)
            return new(EnqueueOutcome.Invalid, null, [$"/slot_params/duration_sec must be {slotSeconds}: that is how long a slot of this channel is on air"]);

        if (Authorship.WhyNot(recipe, chainId, (ulong)now.ToUnixTimeMilliseconds()) is { } forged)
            return new(EnqueueOutcome.Invalid, null, [$"/security {forged}"]);

        var hash = recipe.Hash().ToArray();
        if (document.Keys.TryGetValue(submission.IdempotencyKey, out var knownId) && document.Tickets.TryGetValue(knownId, out var known))
            return known.RecipeHash.AsSpan().SequenceEqual(hash) ? new(EnqueueOutcome.Repeated, WithPlace(known), []) : new(EnqueueOutcome.KeyReused, null, []);
        if (document.Tickets.ContainsKey(recipe.RecipeId) || recipe.RecipeId.StartsWith(ProgrammePrefix, StringComparison.Ordinal))
            return new(EnqueueOutcome.IdTaken, null, []);
        if (document.Queue.Count >= options.QueueMax)
            return new(EnqueueOutcome.QueueFull, null, []);
        if (document.Queue.Count(id => document.Submitters.GetValueOrDefault(id) == submission.Submitter) >= options.QueuePerSubmitterMax)
            return new(EnqueueOutcome.TooMany, null, []);

        var ticket = NewTicket(recipe.RecipeId, submission.Recipe, hash, RecipeOrigin.Viewer, RecipeState.Queued, now);
        document.Keys[submission.IdempotencyKey] = ticket.Id;
        document.Submitters[ticket.Id] = submission.Submitter;
        document.Queue.Add(ticket.Id);
        document.Tickets[ticket.Id] = ticket;
        return new(EnqueueOutcome.Accepted, WithPlace(ticket), []);
    }

    /// <summary>The recipe for a slot: the first that waits, else the built-in programme's.</summary>
    public RecipeTicket Plan(ulong slot, uint slotSeconds, DateTimeOffset airsAt, DateTimeOffset now)
    {
        RecipeTicket ticket;
        if (document.Queue.Count > 0)
        {
            ticket = document.Tickets[document.Queue[0]];
            document.Queue.RemoveAt(0);
        }
        else
        {
            var recipe = Programmed(slot, slotSeconds);
            ticket = NewTicket(recipe.RecipeId, RecipeCodec.Encode(recipe), recipe.Hash().ToArray(), RecipeOrigin.Programme, RecipeState.Scheduled, now);
        }

        document.Attempts[ticket.Id] = document.Attempts.GetValueOrDefault(ticket.Id) + 1;
        ticket = Move(ticket with { Slot = slot, AirsAt = airsAt, Place = null }, RecipeState.Scheduled, now);
        document.Tickets[ticket.Id] = ticket;
        document.Slots[slot] = new PlannedSlot(ticket.Id, ticket.Origin, airsAt);
        Forget();
        return ticket;
    }

    /// <summary>
    /// Takes note of how a slot stands.
    /// </summary>
    /// <returns>The ticket when it moved.</returns>
    public RecipeTicket? Observe(SlotReport report, ulong slotOnAir, DateTimeOffset now)
    {
        if (!document.Slots.TryGetValue(report.Slot, out var planned) || !document.Tickets.TryGetValue(planned.RecipeId, out var ticket)
            || ticket.Slot != report.Slot)
        {
            return null;
        }

        var state = StateOf(report, slotOnAir);
        if (state == ticket.State)
            return null;
        if (state == RecipeState.Failed && ticket.Origin == RecipeOrigin.Viewer && document.Attempts.GetValueOrDefault(ticket.Id) < options.AttemptsMax)
        {
            // A person's prompt gets another slot, at the head of the queue.
            ticket = Move(ticket with { Slot = null, AirsAt = null, Reason = report.Failure }, RecipeState.Queued, now);
            document.Queue.Insert(0, ticket.Id);
        }
        else
        {
            ticket = Move(ticket with { Reason = report.Failure }, state, now);
        }

        document.Tickets[ticket.Id] = ticket;
        return WithPlace(ticket);
    }

    /// <summary>Whether nothing can become of a planned slot's recipe any more that has not: it was on air, or it was given up, or it has another slot.</summary>
    public bool IsOver(ulong slot) => !document.Slots.TryGetValue(slot, out var planned)
        || !document.Tickets.TryGetValue(planned.RecipeId, out var ticket)
        || ticket.Slot != slot
        || ticket.State is RecipeState.Aired or RecipeState.Failed;

    /// <summary>The id of the recipe that the built-in programme has for a slot.</summary>
    public static string RecipeIdOf(ulong slot) => $"{ProgrammePrefix}{slot}";

    /// <summary>A ticket as it is shown: with its place while it waits.</summary>
    public RecipeTicket? Find(string recipeId) => document.Tickets.GetValueOrDefault(recipeId) is { } ticket ? WithPlace(ticket) : null;

    private RecipeTicket WithPlace(RecipeTicket ticket)
    {
        var index = ticket.Slot is null ? document.Queue.IndexOf(ticket.Id) : -1;
        return ticket with { Place = index < 0 ? null : index + 1 };
    }

    private Recipe Programmed(ulong slot, uint slotSeconds)
    {
        var item = BuiltInProgramme.ItemFor(slot);
        return new Recipe
        {
            RecipeId = RecipeIdOf(slot),
            SlotParameters = new SlotParameters
            {
                SlotNumber = slot,
                DurationSeconds = slotSeconds,
                Width = (ushort)options.PictureSize,
                Height = (ushort)options.PictureSize,
                FramesPerSecond = (uint)options.FramesPerSecond,
            },
            AudioTrack = new AudioTrack { Script = item.Script, Emotion = item.Emotion },
            VisualTrack = new VisualTrack { Prompt = item.Prompt, MotionPreset = "natural", CameraMotion = item.Camera },
        };
    }

    private static RecipeTicket NewTicket(string id, byte[] recipe, byte[] hash, RecipeOrigin origin, RecipeState state, DateTimeOffset now) => new()
    {
        Id = id,
        Recipe = recipe,
        RecipeHash = hash,
        Origin = origin,
        State = state,
        History = [new RecipeStep(state, now)],
    };

    private static RecipeTicket Move(RecipeTicket ticket, RecipeState state, DateTimeOffset now) => ticket.State == state
        ? ticket
        : ticket with { State = state, History = [.. ticket.History, new RecipeStep(state, now)] };

    private static RecipeState StateOf(SlotReport report, ulong slotOnAir) => report.Phase switch
    {
        SlotPhase.Planned => RecipeState.Scheduled,
        SlotPhase.Generating => RecipeState.Generating,
        SlotPhase.Failed => RecipeState.Failed,
        SlotPhase.Certified when !report.IsInTime => RecipeState.Failed, // nobody saw it
        SlotPhase.Certified when report.Slot < slotOnAir => RecipeState.Aired,
        SlotPhase.Certified when report.Slot == slotOnAir => RecipeState.OnAir,
        SlotPhase.Certified => RecipeState.Certified,
        _ => RecipeState.Verifying,
    };

    private void Forget()
    {
        while (document.Slots.Count > options.SlotsKept)
            document.Slots.Remove(document.Slots.Keys.First());
        if (document.Tickets.Count <= TicketsKept)
            return;
        var needed = document.Slots.Values.Select(slot => slot.RecipeId).Concat(document.Queue).ToHashSet(StringComparer.Ordinal);
        foreach (var ticket in document.Tickets.Values.Where(ticket => !needed.Contains(ticket.Id))
            .OrderBy(ticket => ticket.History[^1].At).Take(document.Tickets.Count - TicketsKept).ToArray())
        {
            document.Tickets.Remove(ticket.Id);
            document.Submitters.Remove(ticket.Id);
            document.Attempts.Remove(ticket.Id);
        }

        foreach (var key in document.Keys.Where(key => !document.Tickets.ContainsKey(key.Value)).Select(key => key.Key).ToArray())
            document.Keys.Remove(key);
    }
}
