namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class ObserverTests(ClusterFixture fixture)
{
    [Fact]
    public async Task Grains_call_observers_in_the_client()
    {
        var watcher = new Watcher();
        var reference = fixture.Grains.CreateObjectReference<IWatcher>(watcher);
        var subject = fixture.Grains.GetGrain<ISubjectGrain>("subject");
        await subject.Subscribe(reference);
        await subject.Tell("news");
        await Wait.UntilAsync(() => Task.FromResult(watcher.Heard == "news"), "the observer was told");
        Assert.Equal(14, await subject.Ask(7));
        fixture.Grains.DeleteObjectReference<IWatcher>(reference);
        GC.KeepAlive(watcher);
    }

    private sealed class Watcher : IWatcher
    {
        public volatile string? Heard;
        public void Told(string text) => Heard = text;
        public Task<int> Asked(int value) => Task.FromResult(value * 2);
    }
}
