namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class StateTests(ClusterFixture fixture)
{
    [Fact]
    public async Task State_survives_deactivation()
    {
        var grain = fixture.Grains.GetGrain<IStateGrain>("survives");
        Assert.False(await grain.Exists());
        await grain.Set(5);
        Assert.True(await grain.Exists());
        var activation = await grain.Activation();
        await grain.Deactivate();
        await Wait.UntilAsync(async () => await grain.Activation() != activation, "a new activation answered");
        Assert.Equal(5, await grain.Get());
        Assert.Equal(nameof(DeactivationReasonCode.ApplicationRequested), await grain.LastDeactivation());
    }

    [Fact]
    public async Task ETags_change_and_clearing_removes_the_record()
    {
        var grain = fixture.Grains.GetGrain<IStateGrain>("etag");
        await grain.Set(1);
        var first = await grain.ETag();
        await grain.Set(2);
        Assert.NotEqual(first, await grain.ETag());
        await grain.Reload();
        Assert.Equal(2, await grain.Get());
        await grain.Clear();
        Assert.False(await grain.Exists());
        await grain.Set(3);
        Assert.Equal(3, await grain.Get());
    }

    [Fact]
    public async Task Grains_with_a_state_base_class_keep_it()
    {
        var grain = fixture.Grains.GetGrain<ILegacyStateGrain>("legacy");
        await grain.Set("kept");
        await grain.Deactivate();
        await Wait.UntilAsync(async () => await grain.Get() == "kept", "the state was read again");
    }

    [Fact]
    public async Task Timers_tick_until_they_are_disposed()
    {
        foreach (var interleave in new[] { false, true })
        {
            var grain = fixture.Grains.GetGrain<ITimerGrain>($"timer {interleave}");
            await grain.Start(interleave);
            await Wait.UntilAsync(async () => await grain.Ticks() >= 3, "the timer ticked three times");
            await grain.Stop();
            var ticks = await grain.Ticks();
            await Task.Delay(100, TestContext.Current.CancellationToken);
            Assert.InRange(await grain.Ticks(), ticks, ticks + 1);
        }
    }

    [Fact]
    public async Task Reminders_tick_until_they_are_unregistered()
    {
        var grain = fixture.Grains.GetGrain<IReminderGrain>("reminder");
        await grain.Start("soon", TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, await grain.Registered());
        await Wait.UntilAsync(async () => await grain.Ticks() >= 2, "the reminder ticked twice");
        await grain.Stop("soon");
        Assert.Equal(0, await grain.Registered());
    }
}
