using System.Reflection;
using Nsn.Content;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Endpoints;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Orleans.Runtime;

namespace Nsn.Gateway.Tests;

/// <summary>What a gateway says of an old slot while the network behind it is away: that it cannot tell now, never that there is no such thing.</summary>
public class SlotFinderTests
{
    private static readonly SlotEntry s_certified = new(
        "main",
        RecipeOrigin.Programme,
        DateTimeOffset.UnixEpoch,
        TimeSpan.FromSeconds(8),
        new SlotReport
        {
            Slot = 7,
            Phase = SlotPhase.Certified,
            Assignment = new SlotAssignment(new byte[32], 1, 7, [1], new byte[32], "r", new byte[32], new byte[32], [], [], DateTimeOffset.UnixEpoch),
            Manifest = new ClipManifest(7, new byte[32], new byte[32], [], [], 1),
            Certificate = [1],
        });

    [Fact]
    public async Task A_channel_that_cannot_be_asked_is_an_outage_and_a_slot_it_does_not_know_is_none()
    {
        var away = new Network { [typeof(IChannelGrain)] = _ => Task.FromException<SlotEntry?>(new SiloUnavailableException("killed")) };
        Assert.Equal(503, Problems.StatusOf(await Assert.ThrowsAnyAsync<Exception>(() => Finder(away).FindAsync(7))));
        Assert.Equal(503, Problems.StatusOf(await Assert.ThrowsAnyAsync<Exception>(() => Finder(away).ContentAsync(7, TestContext.Current.CancellationToken))));

        var there = new Network { [typeof(IChannelGrain)] = _ => Task.FromResult<SlotEntry?>(null) };
        Assert.Null(await Finder(there).FindAsync(7));
        Assert.Null(await Finder(there).ContentAsync(7, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_ledger_that_does_not_say_who_the_directors_are_is_an_outage()
    {
        var away = new Network
        {
            [typeof(IChannelGrain)] = _ => Task.FromResult<SlotEntry?>(s_certified),
            [typeof(ILedgerGrain)] = _ => Task.FromException<EpochInfo?>(new TimeoutException()),
        };
        Assert.Same(s_certified, await Finder(away).FindAsync(7));
        Assert.Equal(503, Problems.StatusOf(await Assert.ThrowsAnyAsync<Exception>(() => Finder(away).ContentAsync(7, TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task A_slot_that_the_tail_knows_as_undecided_is_asked_for()
    {
        var network = new Network { [typeof(IChannelGrain)] = _ => Task.FromResult<SlotEntry?>(s_certified) };
        var finder = Finder(network, s_certified with { Report = s_certified.Report with { Phase = SlotPhase.Voting, Certificate = null } });
        Assert.Same(s_certified, await finder.FindAsync(7));

        // The channel cannot be asked: that the slot has no certificate would not be true.
        network[typeof(IChannelGrain)] = _ => Task.FromException<SlotEntry?>(new SiloUnavailableException("killed"));
        Assert.Equal(503, Problems.StatusOf(await Assert.ThrowsAnyAsync<Exception>(() => finder.FindAsync(7))));
        Assert.Equal(SlotPhase.Voting, finder.HeardOf(7)!.Report.Phase);
    }

    [Fact]
    public async Task A_slot_that_is_decided_is_found_without_the_channel()
    {
        Assert.Same(s_certified, await Finder([], s_certified).FindAsync(7));
    }

    private static SlotFinder Finder(Network network, SlotEntry? inTail = null)
    {
        var tail = new ChannelTail("main", TimeProvider.System);
        if (inTail is not null)
            tail.Put(new SlotView(ApiMapper.ToSummary(inTail, null, certified: false, problem: null), inTail, null, null, null));
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, GrainFactory>();
        ((GrainFactory)(object)grains).Network = network;
        return new SlotFinder(new ChannelTails(tail), grains, new PublishedClip(DispatchProxy.Create<IContentStore, Grain>()), new DirectorBook(grains));
    }

    /// <summary>What each kind of grain answers to any call.</summary>
    private sealed class Network : Dictionary<Type, Func<MethodInfo, object>>;

    private class GrainFactory : DispatchProxy
    {
        public Network Network { get; set; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Type grain = targetMethod!.ReturnType;
            object proxy = DispatchProxy.Create(grain, typeof(Grain));
            ((Grain)proxy).Answer = Network[grain];
            return proxy;
        }
    }

    private class Grain : DispatchProxy
    {
        public Func<MethodInfo, object> Answer { get; set; } = method => throw new NotSupportedException(method.Name);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!);
    }
}
