using Nsn.Grains.Directors;
using Nsn.Grains.Epochs;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Director;

namespace Nsn.Grains.Tests.Slots;

/// <summary>Silos die while a slot is in work: directors are asked again, say nothing that they have not said before, and the slot is certified.</summary>
[Collection(SlotCluster.Name)]
public sealed class LostDirectorsTests : SlotCluster
{
    private string Account(int place) => Convert.ToHexStringLower(Assignment.Directors[place]);

    /// <summary>Interrupts the next calls of a method of some directors.</summary>
    private Interruption[] Interrupt(string method, IEnumerable<int> places, Func<Interruption> interruption) =>
        [.. places.Select(place => Interruptions.Plan(Account(place), method, interruption()))];

    /// <summary>Each director has said one thing in each phase, however often it was asked, and whoever asked.</summary>
    private void NobodySaidTwoThings()
    {
        foreach (var method in (string[])[nameof(IDirectorGrain.CommitAsync), nameof(IDirectorGrain.RevealAsync), nameof(IDirectorGrain.VoteAsync)])
        {
            for (var place = 0; place < Assignment.Directors.Length; place++)
                Assert.True(Interruptions.SaidBy(Account(place), method).Length <= 1, $"director {place + 1} has answered {method} with different messages");
        }
    }

    [Theory]
    [InlineData(nameof(IDirectorGrain.ProposeAsync))]
    [InlineData(nameof(IDirectorGrain.CommitAsync))]
    [InlineData(nameof(IDirectorGrain.RevealAsync))]
    [InlineData(nameof(IDirectorGrain.VoteAsync))]
    public async Task A_silo_that_is_killed_with_all_directors_on_it_costs_the_slot_nothing(string method)
    {
        // What is not a director stays where it is.
        await Slot.GetAsync();
        await Grains.GetGrain<IEpochGrain>(0).GetAsync();
        var silo = await Cluster.StartAdditionalSiloAsync();
        RequestContext.Set(Orleans.Runtime.Placement.IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        for (var place = 0; place < 5; place++)
            await Director(place).GetStatusAsync();
        RequestContext.Clear();

        // Two have answered and nobody has heard it; three have not even begun. Only one proposes at a time.
        var asked = method == nameof(IDirectorGrain.ProposeAsync) ? 1 : 5;
        var answered = Interrupt(method, Assignment.Proposers[..Math.Min(2, asked)], () => new Interruption(Moment.Answer, holds: true));
        var begun = Interrupt(method, Assignment.Proposers[Math.Min(2, asked)..asked], () => new Interruption(Moment.Call, holds: true));
        await Slot.StartAsync(Assignment);
        await Task.WhenAll(answered.Concat(begun).Select(interruption => interruption.Reached)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Cluster.KillSiloAsync(silo, TestContext.Current.CancellationToken);

        await CertifiedAsync(await EndedAsync());
        NobodySaidTwoThings();
    }

    [Fact]
    public async Task A_reveal_that_is_late_is_waited_for_where_there_are_no_three_without_it()
    {
        Make(0, Misbehaviour.Silent);
        Make(1, Misbehaviour.Silent);
        Interrupt(nameof(IDirectorGrain.RevealAsync), [2, 3], () => new Interruption(Moment.Call, times: 8)); // longer than the phase's time-out
        Assert.Equal(3, (await CertifiedAsync(await RunAsync())).Signatures.Length);
    }

    [Fact]
    public async Task A_vote_that_is_late_is_waited_for_where_no_three_say_the_same_without_it()
    {
        Make(0, Misbehaviour.LiesAboutEmbedding);
        Interrupt(nameof(IDirectorGrain.VoteAsync), [1, 2], () => new Interruption(Moment.Call, times: 10)); // longer than the phase's time-out
        Assert.InRange((await CertifiedAsync(await RunAsync())).Signatures.Length, 3, 4);
    }

    [Fact]
    public async Task A_director_that_refuses_is_not_asked_again()
    {
        await Slot.StartAsync(Assignment with { RecipeHash = new byte[32] });
        var report = await EndedAsync();
        Assert.Equal(SlotPhase.Failed, report.Phase);
        Assert.True(report.FinishedAt < Assignment.Deadline - new SlotOptions().ProposerTimeMin, "the slot was given up only when there was no time left");
        Assert.Contains("not the one that is named", report.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_whose_activation_ends_during_the_vote_goes_on_with_the_commitments_that_were_closed()
    {
        // The last one commits when the commitments are closed: its embedding would be the canonical one if it counted.
        Make(4, Misbehaviour.LateAndTypical);
        var late = Interrupt(nameof(IDirectorGrain.CommitAsync), [4], () => new Interruption(Moment.Call, holds: true)).Single();
        var voted = Interrupt(nameof(IDirectorGrain.VoteAsync), [0, 1, 2, 3], () => new Interruption(Moment.Answer, holds: true));
        await Slot.StartAsync(Assignment);
        await Task.WhenAll(voted.Select(vote => vote.Reached)).WaitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken);
        late.Release();
        await Eventually.HoldsAsync(
            "the late one has committed", () => Task.FromResult(Interruptions.SaidBy(Account(4), nameof(IDirectorGrain.CommitAsync))), said => said.Length > 0);

        Interruptions.Plan(Slot.GetGrainId().Key.ToString()!, nameof(ISlotGrain.GetAsync), new Interruption(Moment.Call));
        await Assert.ThrowsAsync<SiloUnavailableException>(Slot.GetAsync);
        Array.ForEach(voted, vote => vote.Release());
        var report = await EndedAsync();
        Assert.Equal(4, (await CertifiedAsync(report)).Signatures.Length);
        Assert.False(report.Answers[4].Committed);
        NobodySaidTwoThings();
    }

    [Fact]
    public async Task A_director_gives_no_commitment_that_is_not_stored()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var manifest = await Director(Assignment.Proposers[0]).ProposeAsync(Assignment, cancellation);
        var director = Director(1);
        var (reached, lost) = AwayStorage.Hold("director");
        var first = director.CommitAsync(Assignment, manifest, cancellation);
        await reached.WaitAsync(TimeSpan.FromSeconds(20), cancellation);
        var second = director.CommitAsync(Assignment, manifest, cancellation);
        await director.GetStatusAsync(); // the calls before this one have begun
        lost.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => first); // its write has failed
        await ((Task)second).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        var stored = await director.CommitAsync(Assignment, manifest, cancellation);
        Assert.Equal([Convert.ToHexStringLower(stored.Message!)], Interruptions.SaidBy(Account(1), nameof(IDirectorGrain.CommitAsync)));
    }

    [Fact]
    public async Task A_secret_for_the_beacon_is_stored_before_anybody_has_its_hash()
    {
        var (reached, lost) = AwayStorage.Hold("director");
        var serving = Director(0).ServeBeaconAsync(0, BeaconDuty.Commit);
        await reached.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var commitment = DirectorStorage.BeaconCommits.KeyOf(1, new AccountId(Assignment.Directors[0])).Span.ToArray();
        Assert.Null(await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetStorageAsync(commitment));
        lost.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
        Assert.Null(await Grains.GetGrain<ILedgerGrain>(ChainName.Default).GetStorageAsync(commitment));
    }

    [Fact]
    public async Task A_director_that_is_asked_by_many_at_once_and_by_others_after_it_was_lost_votes_once()
    {
        var report = await RunAsync();
        await CertifiedAsync(report);
        byte[][] commits = [.. report.Answers.Select(answer => answer.Commit!)];
        byte[][] reveals = [.. report.Answers.Select(answer => answer.Reveal!)];
        for (var activation = 0; activation < 2; activation++)
        {
            // Whatever a collector shows it the second time.
            await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(count => Enumerable.Range(0, 5).SelectMany(place => (Task[])
            [
                Director(place).CommitAsync(Assignment, report.Manifest!, TestContext.Current.CancellationToken),
                Director(place).RevealAsync(Assignment.Slot, commits[..count]),
                Director(place).VoteAsync(Assignment.Slot, reveals[..count]),
            ])));
            Interrupt(nameof(IDirectorGrain.VoteAsync), [0, 1, 2, 3, 4], () => new Interruption(Moment.Answer));
            for (var place = 0; place < 5; place++)
                await Assert.ThrowsAsync<SiloUnavailableException>(() => Director(place).VoteAsync(Assignment.Slot, []));
        }

        NobodySaidTwoThings();
        for (var place = 0; place < 5; place++)
            Assert.Single(Interruptions.SaidBy(Account(place), nameof(IDirectorGrain.VoteAsync)));
    }
}
