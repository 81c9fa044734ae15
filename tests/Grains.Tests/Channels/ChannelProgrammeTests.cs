using Nsn.Grains.Channels;
using Nsn.Grains.Slots;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Recipes;

namespace Nsn.Grains.Tests.Channels;

public class ChannelProgrammeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Hash256 s_chain = new(new byte[32]);
    private readonly ChannelDocument _document = new();
    private readonly ChannelOptions _options = new() { QueueMax = 3, QueuePerSubmitterMax = 2, SlotsKept = 10, AttemptsMax = 2 };

    private ChannelProgramme Programme => new(_document, _options);

    private static RecipeSubmission Submission(string prompt, string key, string submitter = "someone", uint seconds = 8) => new(
        RecipeCodec.Encode(new Recipe
        {
            RecipeId = "r-" + key,
            SlotParameters = new SlotParameters { DurationSeconds = seconds, Width = 256, Height = 256, FramesPerSecond = 12 },
            AudioTrack = new AudioTrack { Script = "Hello." },
            VisualTrack = new VisualTrack { Prompt = prompt },
        }),
        key,
        submitter);

    [Fact]
    public void The_first_that_waits_gets_the_next_slot_and_the_programme_the_rest()
    {
        Assert.Equal(EnqueueOutcome.Accepted, Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now).Outcome);
        Assert.Equal(2, Programme.Enqueue(Submission("a bear", "k2"), 8, s_chain, s_now).Ticket!.Place);
        Assert.Equal("r-k1", Programme.Plan(5, 8, s_now, s_now).Id);
        Assert.Equal(1, Programme.Find("r-k2")!.Place);
        Assert.Equal("r-k2", Programme.Plan(6, 8, s_now, s_now).Id);
        var programmed = Programme.Plan(7, 8, s_now, s_now);
        Assert.Equal(RecipeOrigin.Programme, programmed.Origin);
        Assert.True(RecipeCodec.TryDecode(programmed.Recipe, out var recipe, out _));
        Assert.Empty(RecipeValidator.Validate(recipe));
    }

    [Fact]
    public void A_slot_is_over_when_its_recipe_was_on_air_or_given_up_or_moved_on()
    {
        Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now);
        Programme.Plan(5, 8, s_now, s_now);
        Programme.Plan(6, 8, s_now, s_now);
        Assert.True(Programme.IsOver(4)); // never planned
        Assert.False(Programme.IsOver(5));
        var made = new SlotReport { Slot = 5, Phase = SlotPhase.Voting };
        Programme.Observe(made, 5, s_now);
        Assert.False(Programme.IsOver(5)); // however far back it is: nobody has said yet what became of it
        Programme.Observe(made with { Phase = SlotPhase.Failed, Failure = "late" }, 9, s_now);
        Assert.True(Programme.IsOver(5)); // its recipe waits for another slot
        Programme.Observe(new SlotReport { Slot = 6, Phase = SlotPhase.Certified }, 6, s_now);
        Assert.False(Programme.IsOver(6)); // on air
        Programme.Observe(new SlotReport { Slot = 6, Phase = SlotPhase.Certified }, 7, s_now);
        Assert.True(Programme.IsOver(6));
    }

    [Fact]
    public void A_prompt_whose_slot_was_certified_after_it_was_on_air_gets_another_one_because_nobody_saw_it()
    {
        Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now);
        Programme.Plan(5, 8, s_now, s_now);
        Programme.Observe(new SlotReport { Slot = 5, Phase = SlotPhase.Submitting }, 5, s_now);
        Assert.Equal(RecipeState.Verifying, Programme.Find("r-k1")!.State); // on air with filler, and the ledger has not said yet what becomes of it
        var moved = Programme.Observe(new SlotReport { Slot = 5, Phase = SlotPhase.Certified, Failure = "late" }, 5, s_now);
        Assert.Equal((RecipeState.Queued, 1, "late"), (moved!.State, moved.Place, moved.Reason));
        Assert.Equal("r-k1", Programme.Plan(6, 8, s_now, s_now).Id);
        Programme.Observe(new SlotReport { Slot = 6, Phase = SlotPhase.Certified }, 6, s_now);
        Assert.Equal(RecipeState.OnAir, Programme.Find("r-k1")!.State);
    }

    private static RecipeSubmission Signed(string key, Func<RecipeAuthor, RecipeAuthor>? change = null, int minutes = 0)
    {
        Assert.True(RecipeCodec.TryDecode(Submission("a cat", key).Recipe, out var recipe, out _));
        var author = RecipeAuthor.Sign(DevAccounts.SignerOf(DevAccounts.Directors[0]), s_chain, recipe.Hash(), (ulong)s_now.AddMinutes(minutes).ToUnixTimeMilliseconds());
        return new RecipeSubmission(RecipeCodec.Encode(recipe with { Author = change?.Invoke(author) ?? author }), key, "someone");
    }

    [Fact]
    public void A_recipe_that_its_author_signed_is_taken_and_a_forged_or_stale_one_is_not()
    {
        Assert.Equal(EnqueueOutcome.Accepted, Programme.Enqueue(Signed("k1"), 8, s_chain, s_now).Outcome);
        var other = DevAccounts.AccountOf(DevAccounts.Directors[1]);
        Assert.Contains("not that of the account", Refused(Signed("k2", author => author with { Account = other })), StringComparison.Ordinal);
        Assert.Contains("not that of the account", Refused(Signed("k2", author => author with { TimestampMilliseconds = author.TimestampMilliseconds + 1 })), StringComparison.Ordinal);
        Assert.Contains("five minutes", Refused(Signed("k2", minutes: -6)), StringComparison.Ordinal);
        Assert.Contains("five minutes", Refused(Signed("k2", minutes: 6)), StringComparison.Ordinal);
        Assert.Equal("r-k1", Assert.Single(_document.Queue));

        string Refused(RecipeSubmission submission)
        {
            var result = Programme.Enqueue(submission, 8, s_chain, s_now);
            Assert.Equal(EnqueueOutcome.Invalid, result.Outcome);
            return Assert.Single(result.Reasons);
        }
    }

    [Fact]
    public void A_signed_recipe_cannot_take_another_ones_name()
    {
        Programme.Enqueue(Submission("a bear", "k1", "other"), 8, s_chain, s_now);
        var mine = Signed("k1");
        Assert.Equal(EnqueueOutcome.IdTaken, Programme.Enqueue(mine with { IdempotencyKey = "mine" }, 8, s_chain, s_now).Outcome);
        Assert.Equal("a bear", Prompt(Programme.Find("r-k1")!));
        Assert.True(RecipeCodec.TryDecode(mine.Recipe, out var recipe, out _));
        recipe = recipe with { RecipeId = ChannelProgramme.RecipeIdOf(7), Author = null };
        Assert.Equal(EnqueueOutcome.IdTaken, Programme.Enqueue(new RecipeSubmission(RecipeCodec.Encode(recipe), "mine", "someone"), 8, s_chain, s_now).Outcome);

        static string Prompt(RecipeTicket ticket) => RecipeCodec.TryDecode(ticket.Recipe, out var read, out _) ? read.VisualTrack.Prompt : "";
    }

    [Fact]
    public void The_same_key_is_answered_with_the_same_ticket_and_another_recipe_under_it_is_refused()
    {
        var first = Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now);
        var again = Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now);
        Assert.Equal(EnqueueOutcome.Repeated, again.Outcome);
        Assert.Equal(first.Ticket!.Id, again.Ticket!.Id);
        Assert.Single(_document.Queue);
        Assert.Equal(EnqueueOutcome.KeyReused, Programme.Enqueue(Submission("a bear", "k1"), 8, s_chain, s_now).Outcome);
    }

    [Fact]
    public void The_queue_is_bounded_as_a_whole_and_for_each_sender()
    {
        Programme.Enqueue(Submission("a", "k1"), 8, s_chain, s_now);
        Programme.Enqueue(Submission("b", "k2"), 8, s_chain, s_now);
        Assert.Equal(EnqueueOutcome.TooMany, Programme.Enqueue(Submission("c", "k3"), 8, s_chain, s_now).Outcome);
        Assert.Equal(EnqueueOutcome.Accepted, Programme.Enqueue(Submission("c", "k4", "another"), 8, s_chain, s_now).Outcome);
        Assert.Equal(EnqueueOutcome.QueueFull, Programme.Enqueue(Submission("d", "k5", "third"), 8, s_chain, s_now).Outcome);
    }

    [Fact]
    public void Bytes_that_are_no_recipe_and_clips_of_another_length_are_refused_with_reasons()
    {
        Assert.NotEmpty(Programme.Enqueue(new RecipeSubmission([1, 2, 3], "k", "s"), 8, s_chain, s_now).Reasons);
        Assert.Contains("duration", Programme.Enqueue(Submission("a", "k", seconds: 9), 8, s_chain, s_now).Reasons.Single(), StringComparison.Ordinal);
        Assert.Empty(_document.Tickets);
    }

    [Fact]
    public void A_persons_recipe_that_failed_gets_one_more_slot_at_the_head_of_the_queue_and_then_fails_for_good()
    {
        Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now);
        Programme.Enqueue(Submission("a bear", "k2"), 8, s_chain, s_now);
        Programme.Plan(5, 8, s_now, s_now);
        var moved = Programme.Observe(new SlotReport { Slot = 5, Phase = SlotPhase.Failed, Failure = "too late" }, 5, s_now);
        Assert.Equal(RecipeState.Queued, moved!.State);
        Assert.Equal(1, moved.Place);
        Assert.Equal("r-k1", Programme.Plan(6, 8, s_now, s_now).Id);
        moved = Programme.Observe(new SlotReport { Slot = 6, Phase = SlotPhase.Failed, Failure = "too late" }, 6, s_now);
        Assert.Equal(RecipeState.Failed, moved!.State);
        Assert.Equal("too late", moved.Reason);
        Assert.Equal(["r-k2"], _document.Queue);
    }

    [Fact]
    public void A_ticket_goes_on_air_and_off_with_its_slot()
    {
        Programme.Enqueue(Submission("a cat", "k1"), 8, s_chain, s_now);
        Programme.Plan(5, 8, s_now, s_now);
        var certified = new SlotReport { Slot = 5, Phase = SlotPhase.Certified };
        Assert.Equal(RecipeState.Certified, Programme.Observe(certified, 4, s_now)!.State);
        Assert.Null(Programme.Observe(certified, 4, s_now));
        Assert.Equal(RecipeState.OnAir, Programme.Observe(certified, 5, s_now)!.State);
        Assert.Equal(RecipeState.Aired, Programme.Observe(certified, 6, s_now)!.State);
        Assert.Equal(
            [RecipeState.Queued, RecipeState.Scheduled, RecipeState.Certified, RecipeState.OnAir, RecipeState.Aired],
            Programme.Find("r-k1")!.History.Select(step => step.State));
    }

    [Fact]
    public void Old_slots_and_tickets_are_forgotten()
    {
        for (ulong slot = 0; slot < 1000; slot++)
            Programme.Plan(slot, 8, s_now, s_now.AddSeconds(slot));
        Assert.Equal(10, _document.Slots.Count);
        Assert.InRange(_document.Tickets.Count, 10, 401);
        Assert.NotNull(Programme.Find("programme-999"));
    }
}
