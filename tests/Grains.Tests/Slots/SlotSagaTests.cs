using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nsn.Grains.Channels;
using Nsn.Grains.Directors;
using Nsn.Grains.Epochs;
using Nsn.Grains.Inference;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Recipes;
using Nsn.Tests;

namespace Nsn.Grains.Tests.Slots;

/// <summary>The saga of a slot over real grains, real consensus and the real ledger; only the models are missing.</summary>
[Collection(SlotCluster.Name)]
public sealed class SlotSagaTests : SlotCluster
{
    [Fact]
    public async Task Five_honest_directors_certify_and_the_ledger_holds_it()
    {
        var report = await RunAsync();
        var certificate = await CertifiedAsync(report);
        Assert.Equal(5, certificate.Signatures.Length);
        Assert.All(report.Answers, answer => Assert.Equal("accept", answer.Verdict));
        Assert.Equal(25, report.Similarities.Length);
        Assert.All(report.Similarities, similarity => Assert.InRange(similarity, 0.95f, 1f));
        Assert.Equal(["generate", "commit", "reveal", "vote", "submit"], report.StageSeconds.Keys);
    }

    [Fact]
    public async Task Commitments_and_reveals_are_published_and_lead_to_the_certified_embedding()
    {
        Make(1, Misbehaviour.Silent);
        var report = await RunAsync();
        var certificate = await CertifiedAsync(report);
        var collector = new SlotCollector(SlotContexts.Of(Assignment, report.Manifest!.ContentRoot), Ed25519.Instance);
        var commits = report.Answers.Where(answer => answer.Commit is not null).Select(answer => Decode(answer.Commit!)).ToArray();
        Assert.All(commits, commit => Assert.Equal(MessageOutcome.Accepted, collector.Handle(commit))); // signatures included
        collector.OnDeadline(ConsensusPhase.Commit);
        var reveals = report.Answers.Where(answer => answer.Reveal is not null).Select(answer => Decode(answer.Reveal!)).ToArray();
        Assert.All(reveals, reveal => Assert.Equal(MessageOutcome.Accepted, collector.Handle(reveal))); // each opens its commitment
        collector.OnDeadline(ConsensusPhase.Reveal);
        Assert.Equal(4, reveals.Length);
        Assert.Equal(4, reveals.Cast<RevealMessage>().Select(reveal => reveal.Nonce).Distinct().Count()); // from which each drew frames of its own
        Assert.Equal(certificate.Statement.EmbeddingHash, collector.Canonical!.Embedding.Hash);
        Assert.Null(report.Answers[1].Reveal);
        Assert.All(report.Answers.Where(answer => answer.Revealed), answer => Assert.Equal(new DirectorOptions().SampleCount, answer.SampleCount));

        static ConsensusMessage Decode(byte[] bytes) =>
            ConsensusMessage.TryDecode(bytes, out var message, out var reason) ? message : throw new InvalidDataException(reason);
    }

    [Fact]
    public async Task What_becomes_of_slots_is_measured()
    {
        using var figures = new Figures(Cluster.GetSiloServiceProvider().GetRequiredService<IMeterFactory>());
        Make(2, Misbehaviour.LiesAboutEmbedding);
        Make(0, Misbehaviour.Silent);
        await CertifiedAsync(await RunAsync());
        // The slot's end is seen before it is stored, and counted after that.
        await Eventually.HoldsAsync("the certified slot is counted", () => Task.FromResult(figures.Sum("nsn.slots", "outcome=certified", "reason=none")), sum => sum == 1);
        foreach (var stage in (string[])["generate", "commit", "reveal", "vote", "submit"])
            Assert.Equal(1, figures.Count("nsn.slots.stage.duration", $"stage={stage}"));
        Assert.Equal(3, figures.Sum("nsn.slots.votes", "verdict=accept"));
        Assert.Equal(1, figures.Sum("nsn.slots.votes", "verdict=reject_similarity"));
        Assert.Equal(1, figures.Sum("nsn.slots.votes", "verdict=absent"));
        Assert.True(figures.Sum("nsn.ledger.blocks") > 0, "No block was counted.");
        Assert.Equal(figures.Sum("nsn.ledger.blocks"), figures.Count("nsn.ledger.block.duration"));
        Assert.True(figures.Sum("nsn.ledger.extrinsics", "outcome=applied") > 0, "The certificate's extrinsic was not counted.");
        Assert.Equal(0, figures.Sum("nsn.slots", "outcome=failed"));
    }

    [Fact]
    public async Task The_reason_of_a_slot_without_certificate_is_measured()
    {
        using var figures = new Figures(Cluster.GetSiloServiceProvider().GetRequiredService<IMeterFactory>());
        Make(Assignment.Proposers[0], Misbehaviour.PublishesOtherBytes);
        Assert.Equal(SlotPhase.Failed, (await RunAsync()).Phase);
        Assert.Equal(1, figures.Sum("nsn.slots", "outcome=failed", "reason=rejected"));
        Assert.Equal(5, figures.Sum("nsn.slots.votes", "verdict=reject_content"));
        Assert.Equal(0, figures.Sum("nsn.slots", "outcome=certified"));
    }

    [Fact]
    public async Task One_that_lies_about_its_embedding_is_left_out()
    {
        Make(2, Misbehaviour.LiesAboutEmbedding);
        var report = await RunAsync();
        var certificate = await CertifiedAsync(report);
        Assert.Equal(4, certificate.Signatures.Length);
        Assert.Equal(0, certificate.Signers >> 2 & 1);
        Assert.Equal("reject", report.Answers[2].Verdict);
    }

    [Fact]
    public async Task Two_that_are_silent_hold_nobody_up()
    {
        Make(0, Misbehaviour.Silent);
        Make(4, Misbehaviour.Silent);
        var report = await RunAsync();
        Assert.Equal(3, (await CertifiedAsync(report)).Signatures.Length);
        Assert.Null(report.Answers[0].Verdict);
        Assert.NotNull(report.Answers[0].Note);
    }

    [Fact]
    public async Task Three_that_are_silent_leave_the_slot_without_certificate_and_with_a_reason()
    {
        for (var place = 0; place < 3; place++)
            Make(place, Misbehaviour.Silent);
        Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(10) };
        var report = await RunAsync();
        Assert.Equal(SlotPhase.Failed, report.Phase);
        Assert.Matches("^No three directors said the same: directors 1, 2 and 3 said nothing \\(no commit in time.*\\); directors 4 and 5 ", report.Failure);
        Assert.Null(report.Certificate);
    }

    [Fact]
    public async Task Checks_that_are_not_done_before_air_are_the_reason_that_is_told()
    {
        for (var place = 0; place < 5; place++)
            Make(place, Misbehaviour.HangsAtCheck);
        Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(6) };
        var report = await RunAsync();
        Assert.Contains("said nothing (no commit in time", report.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("has not committed", report.Failure, StringComparison.Ordinal);
        Assert.Equal(SlotFailure.NoQuorum, report.FailedBy);
    }

    [Fact]
    public async Task A_slot_without_commitments_ends_when_it_is_on_air_however_long_they_may_take()
    {
        for (var place = 0; place < 5; place++)
            Make(place, Misbehaviour.HangsAtCheck);
        CommitTimeout = TimeSpan.FromMinutes(5);
        Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(6) };
        var report = await RunAsync();
        Assert.Equal(SlotFailure.NoQuorum, report.FailedBy);
        Assert.True(report.FinishedAt >= Assignment.Deadline, $"given up at {report.FinishedAt}, on air at {Assignment.Deadline}");
    }

    [Fact]
    public async Task A_proposer_that_publishes_other_bytes_than_it_named_is_rejected()
    {
        Make(Assignment.Proposers[0], Misbehaviour.PublishesOtherBytes);
        var report = await RunAsync();
        Assert.Equal(SlotPhase.Failed, report.Phase);
        Assert.Contains("rejected the clip", report.Failure, StringComparison.Ordinal);
        Assert.All(report.Answers, answer => Assert.Equal("reject", answer.Verdict));
        Assert.Null(await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetCertificateAsync(Assignment.Slot));
    }

    [Theory]
    [InlineData(Misbehaviour.DiesAsProposer)]
    [InlineData(Misbehaviour.HangsAsProposer)]
    internal async Task A_proposer_that_fails_is_replaced_by_the_next_in_rotation(Misbehaviour wrong)
    {
        Make(Assignment.Proposers[0], wrong);
        if (wrong == Misbehaviour.HangsAsProposer)
            Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(15) };
        var report = await RunAsync();
        await CertifiedAsync(report);
        Assert.Equal(Assignment.Directors[Assignment.Proposers[1]], report.Manifest!.Proposer);
    }

    [Fact]
    public async Task A_submitter_that_hangs_is_replaced_by_the_next()
    {
        Make(Assignment.Proposers[0], Misbehaviour.HangsAsSubmitter);
        Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(25) };
        await CertifiedAsync(await RunAsync());
    }

    [Fact]
    public async Task A_director_that_hangs_when_it_is_told_of_an_epoch_holds_nobody_up()
    {
        Make(3, Misbehaviour.HangsWhenTold);
        var head = await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetHeadAsync();
        var told = Grains.GetGrain<IEpochGrain>(0).ObserveAsync(head);
        Assert.Equal(EpochPhase.Active, await told.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)); // the call that hangs ends after a minute
    }

    [Fact]
    public async Task A_slot_outlives_a_store_that_is_away_for_a_moment_at_every_step()
    {
        var grain = Grains.GetGrain<ISlotGrain>((long)Assignment.Slot);
        await grain.StartAsync(Assignment);
        var seen = SlotPhase.Planned;
        var report = await Eventually.HoldsAsync(
            "the slot ends",
            async () =>
            {
                var now = await grain.GetAsync();
                if (now.Phase != seen)
                    AwayStorage.Failing["slot"] = 2;
                seen = now.Phase;
                return now;
            },
            report => report.Phase is SlotPhase.Certified or SlotPhase.Failed);
        await CertifiedAsync(report);
        Assert.Equal(Assignment.Directors[Assignment.Proposers[0]], report.Manifest!.Proposer); // whose fault it was not
    }

    [Fact]
    public async Task A_slot_that_could_not_be_stored_at_its_start_is_begun_by_the_next_call()
    {
        AwayStorage.Failing["slot"] = 1;
        var grain = Grains.GetGrain<ISlotGrain>((long)Assignment.Slot);
        await Assert.ThrowsAnyAsync<Exception>(() => grain.StartAsync(Assignment));
        await CertifiedAsync(await RunAsync());
    }

    [Fact]
    public async Task Recipes_that_come_at_once_are_all_queued()
    {
        var channel = Grains.GetGrain<IChannelGrain>(ChainName.MainChannel);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(person => channel.EnqueueAsync(new RecipeSubmission(
            RecipeCodec.Encode(Recipe with { RecipeId = $"r-{person}" }), $"key-{person}", $"person-{person}"))));
        Assert.All(answers, answer => Assert.Equal(EnqueueOutcome.Accepted, answer.Outcome));
        foreach (var person in Enumerable.Range(0, 20))
            Assert.NotNull(await channel.GetRecipeAsync($"r-{person}"));
    }

    [Fact]
    public async Task Slots_are_found_when_the_channel_has_no_room_for_them_any_more()
    {
        var channel = Grains.GetGrain<IChannelGrain>(ChainName.MainChannel);
        await channel.WakeAsync();
        var newest = await Eventually.HoldsAsync(
            "four slots were planned, of which the channel has room for two",
            async () => (await channel.GetSlotsAsync(null, 100)).Slots.Select(entry => entry.Report.Slot).ToArray(),
            slots => slots.Length >= 4,
            120);
        var oldest = newest[^1];
        var entry = await channel.GetSlotAsync(oldest);
        Assert.Equal(oldest, entry!.Report.Slot);
        Assert.Equal(RecipeOrigin.Programme, entry.Origin);
        Assert.NotNull(entry.Report.Assignment);
        Assert.Equal([oldest], (await channel.GetSlotsAsync(oldest + 1, 1)).Slots.Select(found => found.Report.Slot));
        Assert.Null(await channel.GetSlotAsync(1_000_000));

        // Page by page one comes to the end, and to all of them.
        var walked = new List<ulong>();
        ulong? before = newest[0] + 1;
        while (before is not null)
        {
            var page = await channel.GetSlotsAsync(before, 3);
            walked.AddRange(page.Slots.Select(found => found.Report.Slot));
            before = page.Before;
        }

        Assert.Equal(newest, walked);
    }

    [Fact]
    public async Task Work_begins_more_than_a_slot_before_air()
    {
        var channel = Grains.GetGrain<IChannelGrain>(ChainName.MainChannel);
        await channel.WakeAsync();
        var begun = await Eventually.HoldsAsync(
            "two slots are begun", async () => (await channel.GetStateAsync()).Slots.Where(entry => entry.Report.StartedAt is not null).ToArray(), entries => entries.Length >= 2, 60);
        Assert.All(begun, entry => Assert.True(
            entry.AirsAt - entry.Report.StartedAt > entry.AirDuration, $"slot {entry.Report.Slot} was begun at {entry.Report.StartedAt}, is on air at {entry.AirsAt}, for {entry.AirDuration.TotalSeconds:F1} s"));
    }

    [Fact]
    public async Task A_silo_that_stops_does_not_wait_for_blocks_that_nobody_seals()
    {
        var ledger = Grains.GetGrain<ILedgerGrain>(ChainName.Default);
        var signer = DevAccounts.SignerOf(DevAccounts.Directors[0]);
        var nonce = await ledger.GetNextNonceAsync(signer.PublicKey.ToArray());
        var call = new DirectorCalls.CommitBeacon(new Hash256(new byte[32]));
        var waiting = ledger.SubmitAsync(DevChain.Sign(new Hash256(Assignment.ChainId), call, signer, nonce + 5)); // which waits for those before it
        await ledger.GetHeadAsync();
        Assert.False(waiting.IsCompleted);
        await StopSilosAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken); // it would wait for half a minute
    }

    [Fact]
    public async Task Directors_take_no_part_in_what_does_not_follow_from_the_chain()
    {
        (SlotAssignment Wrong, string Reason)[] lies =
        [
            (Assignment with { Directors = [.. Assignment.Directors[..4], new byte[32]] }, "not the directors"),
            (Assignment with { Directors = [.. Assignment.Directors.Reverse()] }, "not the directors"),
            (Assignment with { Directors = Assignment.Directors[..4] }, "not the directors"),
            (Assignment with { Proposers = [.. Assignment.Proposers.Reverse()] }, "order of proposers"),
            (Assignment with { Seed = new byte[32] }, "seed does not follow"),
            (Assignment with { Recipe = RecipeCodec.Encode(Recipe with { VisualTrack = new VisualTrack { Prompt = "a dog" } }) }, "not the one that is named"),
            (Assignment with { RecipeId = "r-other" }, "not the one that is named"),
            (Assignment with { RecipeHash = new byte[32] }, "not the one that is named"),
            (Assignment with { Recipe = [1, 2, 3] }, "cannot be read"),
            (Signed(Recipe.Hash(), forged => forged with { Account = DevAccounts.AccountOf(DevAccounts.Users[1]) }), "not signed by the author"),
            (Signed(Recipe.Hash(), forged => forged with { TimestampMilliseconds = 2 }), "not signed by the author"),
            (Signed((Recipe with { RecipeId = "r-other" }).Hash(), forged => forged), "not signed by the author"),
            (Assignment with { Epoch = 1000 }, "nobody is elected"),
            (Assignment with { Slot = 1_000_000 }, "not one of epoch"),
            (Assignment with { ChainId = new byte[32] }, "another chain"),
        ];
        var cancellation = TestContext.Current.CancellationToken;
        var manifest = await Director(Assignment.Proposers[0]).ProposeAsync(Signed(Recipe.Hash(), holds => holds), cancellation);
        foreach (var (wrong, reason) in lies)
        {
            for (var place = 0; place < 5; place++)
            {
                var director = Director(place);
                Assert.Contains(reason, (await Assert.ThrowsAsync<DirectorRefusalException>(() => director.ProposeAsync(wrong, cancellation))).Message, StringComparison.Ordinal);
                Assert.Contains(reason, (await Assert.ThrowsAsync<DirectorRefusalException>(() => director.CommitAsync(wrong, manifest, cancellation))).Message, StringComparison.Ordinal);
            }
        }

        // One that has a key and no seat in the epoch takes no part in what does follow.
        var other = DevAccounts.Directors.Select(DevAccounts.AccountOf).First(account => !Assignment.Directors.Any(elected => account.AsSpan().SequenceEqual(elected)));
        var unseated = Grains.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(other.AsSpan()));
        Assert.Contains("is not a director", (await Assert.ThrowsAsync<DirectorRefusalException>(() => unseated.ProposeAsync(Assignment, cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains("is not a director", (await Assert.ThrowsAsync<DirectorRefusalException>(() => unseated.CommitAsync(Assignment, manifest, cancellation))).Message, StringComparison.Ordinal);
    }

    /// <summary>The assignment with an author's signature of some hash, after something was done to it; the author is no part of the recipe's own hash.</summary>
    private SlotAssignment Signed(Hash256 hash, Func<RecipeAuthor, RecipeAuthor> change)
    {
        using var author = DevAccounts.SignerOf(DevAccounts.Users[0]);
        return Assignment with { Recipe = RecipeCodec.Encode(Recipe with { Author = change(RecipeAuthor.Sign(author, new Hash256(Assignment.ChainId), hash, 1)) }) };
    }

    [Theory]
    [InlineData(Regeneration.Full, SlotPhase.Failed)]
    [InlineData(Regeneration.Sample, SlotPhase.Certified)]
    public async Task One_different_frame_is_found_where_every_frame_is_made_again(Regeneration regeneration, SlotPhase end)
    {
        // Five that draw one of 96 frames each find that one with three votes in one slot of a hundred thousand.
        var options = Cluster.GetSiloServiceProvider().GetRequiredService<IOptions<DirectorOptions>>().Value;
        (options.Regeneration, options.SampleCount) = (regeneration, 1);
        Make(Assignment.Proposers[0], Misbehaviour.PublishesOneOtherFrame);
        var report = await RunAsync();
        Assert.Equal(end, report.Phase);
        Assert.All(report.Answers, answer => Assert.Equal(regeneration == Regeneration.Full ? FrameDraw.FrameCount(Recipe) : 1, answer.SampleCount));
        if (end == SlotPhase.Failed)
        {
            Assert.Contains("rejected the clip", report.Failure, StringComparison.Ordinal);
            Assert.All(report.Answers, answer => Assert.Equal(("reject", "Frame 60 is another one."), (answer.Verdict, answer.Note)));
        }
    }

    [Fact]
    public async Task A_director_that_did_not_hear_of_an_epoch_is_told_at_the_next_look()
    {
        var ledger = Grains.GetGrain<ILedgerGrain>(ChainName.Default);
        Interruptions.Plan(Convert.ToHexStringLower(Assignment.Directors[3]), nameof(IDirectorGrain.ObserveEpochAsync), new Interruption(Moment.Call));
        var states = await Eventually.HoldsAsync(
            "all five are active",
            async () =>
            {
                await Grains.GetGrain<IEpochGrain>(0).ObserveAsync(await ledger.GetHeadAsync());
                return await Task.WhenAll(Enumerable.Range(0, 5).Select(async place => (await Director(place).GetStatusAsync()).State));
            },
            states => states.All(state => state == DirectorState.Active),
            20);
        Assert.Equal(5, states.Length);
    }

    [Fact]
    public async Task A_director_whose_device_hangs_drains_until_its_slot_is_on_air_and_no_longer()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assignment = Assignment with { Deadline = DateTimeOffset.UtcNow.AddSeconds(5) };
        Make(1, Misbehaviour.HangsAtCheck);
        var manifest = await Director(Assignment.Proposers[0]).ProposeAsync(Assignment, cancellation);
        var director = Director(1);
        var check = director.CommitAsync(Assignment, manifest, cancellation);
        await director.ObserveEpochAsync(0, EpochPhase.Active);
        await director.ObserveEpochAsync(0, EpochPhase.Closed);
        if ((await director.GetStatusAsync()) is { State: not DirectorState.Draining } status)
            Assert.True(DateTimeOffset.UtcNow >= Assignment.Deadline, $"it is {status.State} while it has a slot in work");

        await Assert.ThrowsAnyAsync<Exception>(() => check.WaitAsync(TimeSpan.FromSeconds(50), cancellation));
        Assert.True(check.IsCompleted, "it still waits for the device");
        await Eventually.HoldsAsync("it stands by", async () => (await director.GetStatusAsync()).State, state => state == DirectorState.Standby, 20);
    }

    [Fact]
    public async Task A_certificate_for_which_it_is_too_early_is_brought_once_the_ledger_takes_it()
    {
        // The ledger takes certificates two slots (16 blocks) ahead. Slot 3 begins with block 24: until block 8 it is too early.
        var epoch = await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetEpochAsync(0);
        Assignment = Assignment with
        {
            Slot = 3,
            Seed = SlotSeed.Derive(new Hash256(epoch!.Randomness), 3).ToArray(),
            Proposers = EpochSchedule.Proposers(3, 5),
            Deadline = DateTimeOffset.UtcNow.AddSeconds(120),
        };
        var report = await RunAsync();
        await CertifiedAsync(report);
        Assert.True(report.CertifiedInBlock >= 8, $"certified in block {report.CertifiedInBlock}");
    }

    [Fact]
    public async Task The_first_assignment_stands()
    {
        var grain = Grains.GetGrain<ISlotGrain>((long)Assignment.Slot);
        await grain.StartAsync(Assignment);
        var other = Assignment with { RecipeId = "r-other", RecipeHash = new byte[32] };
        Assert.Equal("r-test", (await grain.StartAsync(other)).RecipeId);
        await CertifiedAsync(await RunAsync());
    }

    [Fact]
    public async Task A_director_answers_a_repeated_call_with_the_same_bytes_and_refuses_another_clip()
    {
        var report = await RunAsync();
        await CertifiedAsync(report);
        var director = Director(1);
        var cancellation = TestContext.Current.CancellationToken;
        var first = await director.CommitAsync(Assignment, report.Manifest!, cancellation);
        Assert.Equal(first.Message, (await director.CommitAsync(Assignment, report.Manifest!, cancellation)).Message);
        var other = report.Manifest! with { ContentRoot = new byte[32] };
        var refused = await Assert.ThrowsAsync<DirectorRefusalException>(() => director.CommitAsync(Assignment, other, cancellation));
        Assert.Contains("another clip", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_extrinsic_that_can_never_apply_is_answered_at_once()
    {
        var receipt = await Grains.GetGrain<ILedgerGrain>(ChainName.Default).SubmitAsync([1, 2, 3]);
        Assert.False(receipt.Applied);
        Assert.NotNull(receipt.Error);
    }
}
