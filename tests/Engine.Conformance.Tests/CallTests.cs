namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class CallTests(ClusterFixture fixture)
{
    private IBasicGrain Basic(string key = "basic") => fixture.Grains.GetGrain<IBasicGrain>(key);

    [Fact]
    public async Task Methods_of_all_return_kinds_answer()
    {
        Assert.Equal("Hello you", await Basic().Greet("you"));
        Assert.Equal(5, await Basic().Add(2, 3));
        await Basic().Nothing();
    }

    [Fact]
    public async Task Keys_of_all_kinds_arrive()
    {
        var guid = Guid.NewGuid();
        Assert.Equal("a/b+c", await Basic("a/b+c").Key());
        Assert.Equal(-7, await fixture.Grains.GetGrain<IIntegerGrain>(-7).Key());
        Assert.Equal(guid, await fixture.Grains.GetGrain<IGuidGrain>(guid).Key());
        Assert.Equal("12/ext", await fixture.Grains.GetGrain<ICompoundGrain>(12, "ext", null).Key());
    }

    [Fact]
    public async Task Generic_grains_and_methods_keep_their_types()
    {
        var numbers = fixture.Grains.GetGrain<IGenericGrain<int>>("g");
        var texts = fixture.Grains.GetGrain<IGenericGrain<string>>("g");
        await numbers.Set(3);
        await texts.Set("three");
        Assert.Equal(3, await numbers.Get());
        Assert.Equal("three", await texts.Get());
        Assert.Equal("text", await Basic().Echo("text"));
        Assert.Equal(4L, await Basic().Echo(4L));
    }

    [Fact]
    public async Task A_class_name_prefix_chooses_among_implementations()
    {
        Assert.Equal("square", await fixture.Grains.GetGrain<IShape>("s", typeof(SquareGrain).FullName).Name());
        Assert.Equal("circle", await fixture.Grains.GetGrain<IShape>("s", typeof(CircleGrain).FullName).Name());
        Assert.ThrowsAny<Exception>(() => fixture.Grains.GetGrain<IShape>("s"));
    }

    [Fact]
    public async Task References_travel()
    {
        var other = await Basic().Other("elsewhere");
        Assert.Equal("elsewhere", other.GetPrimaryKeyString());
        Assert.Equal("Hello friend", await Basic().GreetThrough(other, "friend"));
    }

    [Fact]
    public async Task Exceptions_keep_type_and_message()
    {
        Assert.Equal("plain", (await Assert.ThrowsAsync<InvalidOperationException>(() => Basic().Throw(0))).Message);
        Assert.Equal("own", (await Assert.ThrowsAsync<OutOfStockException>(() => Basic().Throw(1))).Message);
        var outer = await Assert.ThrowsAsync<ArgumentException>(() => Basic().Throw(2));
        Assert.Equal("inner", Assert.IsType<FormatException>(outer.InnerException).Message);
        Assert.Contains(nameof(BasicGrain), outer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sequences_stream_and_end()
    {
        var items = new List<int>();
        await foreach (var item in Basic().Count(1000, TestContext.Current.CancellationToken))
            items.Add(item);
        Assert.Equal(Enumerable.Range(0, 1000), items);

        var few = new List<int>();
        await foreach (var item in Basic().Count(int.MaxValue, TestContext.Current.CancellationToken).WithBatchSize(5))
        {
            few.Add(item);
            if (few.Count == 12)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 12), few);
    }

    [Fact]
    public async Task A_sequence_that_fails_says_so()
    {
        var items = new List<int>();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in Basic().CountAndThrow().WithCancellation(TestContext.Current.CancellationToken))
                items.Add(item);
        });
        Assert.Equal("in the middle", error.Message);
    }

    [Fact]
    public async Task Request_context_travels_along_the_chain()
    {
        RequestContext.Set("who", "me");
        Assert.Equal("me", await Basic("ctx").GetContext("who"));
        Assert.Equal("me", await Basic("ctx").GetContextThrough("who"));
        RequestContext.Clear();
        Assert.Null(await Basic("ctx").GetContext("who"));
    }

    [Fact]
    public async Task Filters_change_results_and_refuse_calls()
    {
        var grain = fixture.Grains.GetGrain<IFilteredGrain>(1);
        Assert.Equal(42, await grain.Doubled(21));
        Assert.Equal("plain and marked", await grain.Own());
        await Assert.ThrowsAsync<UnauthorizedAccessException>(grain.Refused);
    }

    [Fact]
    public async Task Grains_are_spread_over_the_silos()
    {
        // A silo may not know the other one yet, nor, where placement goes by load (the default of Microsoft Orleans), what it is doing.
        string[] silos = [];
        var round = -1;
        await Wait.UntilAsync(
            async () =>
            {
                round++;
                silos = await SilosAsync();
                return silos.Distinct().Count() == 2;
            },
            "new grains were placed on both silos");
        Assert.Equal(silos, await SilosAsync());

        Task<string[]> SilosAsync() => Task.WhenAll(Enumerable.Range(0, 50).Select(i => Basic($"spread{round}-{i}").Silo()));
    }

    [Fact]
    public async Task Management_counts_the_activations_of_a_grain_and_forces_what_silos_do_by_themselves_later()
    {
        var management = fixture.Grains.GetGrain<IManagementGrain>(0);
        var grain = Basic("counted");
        await grain.Nothing();
        Assert.Equal(1, await management.GetGrainActivationCount((GrainReference)grain));
        Assert.Equal(0, await management.GetGrainActivationCount((GrainReference)Basic("never called")));
        await management.ForceGarbageCollection([]);
        await management.ForceRuntimeStatisticsCollection([]);
        Assert.Equal(2, (await management.GetRuntimeStatistics([])).Length);
    }

    [Fact]
    public async Task A_grain_that_cannot_activate_tells_its_caller()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Grains.GetGrain<IFailingGrain>("bad").Call());
        Assert.Equal("cannot start", error.Message);
        await fixture.Grains.GetGrain<IFailingGrain>("good").Call();
    }
}
