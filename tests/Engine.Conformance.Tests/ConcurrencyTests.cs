using System.Diagnostics;

namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class ConcurrencyTests(ClusterFixture fixture)
{
    private T Turn<T>(string key)
        where T : ITurnGrain => (T)(object)fixture.Grains.GetGrain(typeof(T), key);

    [Fact]
    public async Task One_turn_at_a_time()
    {
        var grain = fixture.Grains.GetGrain<ITurnGrain>("plain", typeof(TurnGrain).FullName);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => grain.Overlap(10)));
        Assert.Equal(1, await grain.MaxOverlap());
    }

    [Fact]
    public async Task Reentrant_classes_interleave()
    {
        var grain = Turn<IReentrantTurnGrain>("reentrant");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => grain.Overlap(100)));
        Assert.True(await grain.MaxOverlap() > 1);
    }

    [Fact]
    public async Task Always_interleaving_and_read_only_methods_interleave()
    {
        var always = fixture.Grains.GetGrain<ITurnGrain>("always", typeof(TurnGrain).FullName);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => always.OverlapAlways(100)));
        Assert.True(await always.MaxOverlap() > 1);
        var reading = fixture.Grains.GetGrain<ITurnGrain>("reading", typeof(TurnGrain).FullName);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => reading.OverlapReadOnly(100)));
        Assert.True(await reading.MaxOverlap() > 1);
    }

    [Fact]
    public async Task A_predicate_decides_what_interleaves()
    {
        var grain = Turn<IMayInterleaveTurnGrain>("may");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => grain.Overlap(20)));
        Assert.Equal(1, await grain.MaxOverlap());
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => grain.Overlap(301)));
        Assert.True(await grain.MaxOverlap() > 1);
    }

    [Fact]
    public async Task One_way_calls_end_at_once_and_arrive()
    {
        var grain = fixture.Grains.GetGrain<ITurnGrain>("oneway", typeof(TurnGrain).FullName);
        for (var i = 0; i < 10; i++)
            await grain.Tell(1);
        await Wait.UntilAsync(async () => await grain.Told() == 10, "ten one-way calls arrived");
    }

    [Fact]
    public async Task A_call_times_out_after_the_time_of_its_method()
    {
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAsync<TimeoutException>(() => fixture.Grains.GetGrain<ITurnGrain>("slow", typeof(TurnGrain).FullName).Slow(15_000));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(14), "The time-out of the method was not kept.");
    }

    [Fact]
    public async Task Cancellation_reaches_the_grain()
    {
        var grain = Turn<IReentrantTurnGrain>("cancel");
        using var source = new CancellationTokenSource();
        var waiting = grain.WaitFor(source.Token);
        await Wait.UntilAsync(async () => await grain.Told() > 0, "the grain waits");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Wait.UntilAsync(grain.WasCancelled, "the grain saw the cancellation");
    }

    [Fact]
    public async Task Grain_cancellation_tokens_reach_grains_which_answer_nevertheless()
    {
        for (var i = 0; i < 8; i++)
        {
            // Grains in either silo.
            var grain = Turn<IReentrantTurnGrain>($"grain token {i}");
            using var source = new GrainCancellationTokenSource();
            var waiting = grain.WaitForGrainToken(source.Token);
            await Wait.UntilAsync(async () => await grain.Told() > 0, "the grain waits");
            Assert.False(waiting.IsCompleted);
            await source.Cancel();
            Assert.Equal("cancelled, and answered", await waiting);
            Assert.Equal("cancelled, and answered", await grain.WaitForGrainToken(source.Token)); // is cancelled when it comes
        }
    }

    [Fact]
    public async Task Grain_cancellation_tokens_are_passed_on()
    {
        for (var i = 0; i < 8; i++)
        {
            var (first, second) = (Turn<IReentrantTurnGrain>($"passes on {i}"), Turn<IReentrantTurnGrain>($"waits {i}"));
            using var source = new GrainCancellationTokenSource();
            var waiting = first.WaitThrough($"waits {i}", source.Token);
            await Wait.UntilAsync(async () => await second.Told() > 0, "the second grain waits");
            await source.Cancel();
            Assert.Equal("cancelled, and answered", await waiting);
        }
    }

    [Fact]
    public async Task Calls_may_come_back_along_the_chain_when_allowed()
    {
        var first = fixture.Grains.GetGrain<IChainGrain>("first");
        Assert.Equal("answered", await first.CallBack(fixture.Grains.GetGrain<IChainGrain>("second"), allow: true));
    }

    [Fact]
    public async Task A_deadlock_shows_as_a_timeout()
    {
        var first = fixture.Grains.GetGrain<IChainGrain>("deadlock-1");
        await Assert.ThrowsAsync<TimeoutException>(() => first.CallBack(fixture.Grains.GetGrain<IChainGrain>("deadlock-2"), allow: false));
    }

    [Fact]
    public async Task Stateless_workers_share_the_work()
    {
        var worker = fixture.Grains.GetGrain<IWorkerGrain>(0);
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => worker.Work(100)));
        Assert.InRange(ids.Distinct().Count(), 2, 8);
    }
}
