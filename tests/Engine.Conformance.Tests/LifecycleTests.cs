using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Orleans.Utilities;

namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class LifecycleTests(ClusterFixture fixture)
{
    private IManagementGrain Management => fixture.Grains.GetGrain<IManagementGrain>(0);

    [Fact]
    public async Task Compound_keys_of_guids_arrive()
    {
        var guid = Guid.NewGuid();
        Assert.Equal($"{guid:N}/ext", await fixture.Grains.GetGrain<IGuidCompoundGrain>(guid, "ext", null).Key());
    }

    [Fact]
    public async Task Classes_without_the_base_class_are_grains()
    {
        var grain = fixture.Grains.GetGrain<IPlainGrain>("plain");
        Assert.Equal("plain", await grain.Key());
        Assert.Equal(1, await grain.Activations());
    }

    [Fact]
    public async Task The_default_type_of_an_interface_answers()
    {
        Assert.Equal("usual", await fixture.Grains.GetGrain<IColour>("c").Name());
        Assert.Equal("rare", await fixture.Grains.GetGrain<IColour>("c", typeof(RareColourGrain).FullName).Name());
    }

    [Fact]
    public async Task Outgoing_filters_see_the_calls_of_grains() =>
        Assert.Equal("usual, on its way out", await fixture.Grains.GetGrain<ICallerGrain>("outgoing").Outgoing());

    [Fact]
    public async Task Idle_activations_are_collected_but_those_that_asked_for_time_or_are_kept_alive()
    {
        var idle = fixture.Grains.GetGrain<IAgingGrain>("idle", typeof(AgingGrain).FullName);
        var delayed = fixture.Grains.GetGrain<IAgingGrain>("delayed", typeof(AgingGrain).FullName);
        var lasting = fixture.Grains.GetGrain<ILastingGrain>("lasting");
        var (first, second, third) = (await idle.Activation(), await delayed.Activation(), await lasting.Activation());
        await delayed.Delay();
        await Wait.UntilAsync(
            async () =>
            {
                await Management.ForceActivationCollection(TimeSpan.Zero);
                return await idle.Activation() != first;
            },
            "an idle activation was collected",
            seconds: 60);
        Assert.Equal(second, await delayed.Activation());
        Assert.Equal(third, await lasting.Activation());
    }

    [Fact]
    public async Task Management_knows_silos_and_activations()
    {
        var grain = fixture.Grains.GetGrain<IAgingGrain>("counted", typeof(AgingGrain).FullName);
        await grain.Activation();
        Assert.Equal(2, (await Management.GetHosts(onlyActive: true)).Count);
        Assert.True(await Management.GetTotalActivationCount() > 0);
        Assert.Contains(await Management.GetSimpleGrainStatistics(), statistic => statistic.GrainType.Contains(nameof(AgingGrain), StringComparison.Ordinal) && statistic.ActivationCount > 0);
        var found = Assert.Single(await Management.GetDetailedGrainStatistics(), statistic => statistic.GrainId == grain.GetGrainId());
        Assert.Equal(found.SiloAddress, await Management.GetActivationAddress(grain));
        Assert.Contains(grain.GetGrainId(), await Management.GetActiveGrains(grain.GetGrainId().Type));
        Assert.All(await Management.GetRuntimeStatistics([]), statistics => Assert.True(statistics.ActivationCount > 0));
    }

    [Fact]
    public async Task Of_two_writers_of_one_record_the_second_is_told()
    {
        var grain = fixture.Grains.GetGrain<IConflictGrain>(1);
        var writes = new[] { grain.Write(1), grain.Write(2) };
        await Assert.ThrowsAsync<InconsistentStateException>(() => Task.WhenAll(writes));
        Assert.Equal(1, writes.Count(write => write.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_timer_goes_on_after_a_tick_that_failed_and_can_be_changed()
    {
        var grain = fixture.Grains.GetGrain<IFussyTimerGrain>("fussy");
        await grain.Start();
        await Wait.UntilAsync(async () => await grain.Ticks() == 3, "the timer ticked three times and stopped itself", seconds: 60);
        await grain.Hasten();
        await Wait.UntilAsync(async () => await grain.Ticks() >= 6, "the timer went on", seconds: 60);
    }

    [Fact]
    public async Task Reminders_say_which_tick_it_is()
    {
        var grain = fixture.Grains.GetGrain<IPunctualGrain>("punctual");
        await grain.Start();
        await Wait.UntilAsync(async () => (await grain.Ticks()).Count >= 3, "the reminder ticked three times", seconds: 60);
        await grain.Stop();
        var ticks = await grain.Ticks();
        Assert.Equal(ticks.Order(), ticks);
        // A timer counts by another clock than the one on the wall, in coarser steps: it may be early by one of them.
        Assert.All(ticks, tick => Assert.True(tick >= TimeSpan.FromMilliseconds(-20), $"a tick {-tick} before the first was due"));
    }

    [Fact]
    public async Task Grains_that_prefer_it_are_placed_beside_their_caller()
    {
        for (var i = 0; i < 10; i++)
        {
            var (own, near) = await fixture.Grains.GetGrain<ICallerGrain>($"caller {i}").WhereIsNear($"near {i}");
            Assert.Equal(own, near);
        }
    }

    [Fact]
    public async Task Immutable_arguments_are_not_copied_inside_a_silo() =>
        Assert.True(await fixture.Grains.GetGrain<ICallerGrain>("giver").GivesItself("taker"));

    [Fact]
    public async Task Grains_placed_by_hash_come_back_to_their_silo()
    {
        var silos = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var grain = fixture.Grains.GetGrain<IHashedGrain>(i);
            var (silo, activation) = (await grain.Silo(), await grain.Activation());
            silos.Add(silo);
            await grain.Deactivate();
            await Wait.UntilAsync(async () => await grain.Activation() != activation, "a new activation answered", seconds: 60);
            Assert.Equal(silo, await grain.Silo());
        }

        Assert.Equal(2, silos.Count);
    }

    [Fact]
    public void Observers_that_do_not_renew_expire()
    {
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var told = new List<string>();
        var observers = new ObserverManager<string, Action<string>>(TimeSpan.FromMinutes(1), NullLogger.Instance) { GetDateTime = () => now };
        observers.Subscribe("early", text => told.Add($"early {text}"));
        observers.Subscribe("failing", _ => throw new InvalidOperationException("gone"));
        now += TimeSpan.FromSeconds(50);
        observers.Subscribe("late", text => told.Add($"late {text}"));
        observers.Notify(observer => observer("one"));
        Assert.Equal(2, observers.Count); // who fails is forgotten
        now += TimeSpan.FromSeconds(20);
        observers.Notify(observer => observer("two"));
        Assert.Equal(["early one", "late one", "late two"], told);
    }
}
