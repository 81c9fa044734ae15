namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class SerializationTests(ClusterFixture fixture)
{
    private IBasicGrain Basic => fixture.Grains.GetGrain<IBasicGrain>("serialization");

    [Fact]
    public async Task Members_of_all_kinds_survive()
    {
        var sent = new Everything
        {
            Map = new() { ["a"] = new(1.5, -2.5) },
            Bytes = [1, 2, 3],
            When = new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.FromHours(2)),
            Colour = Colour.Green,
            Pet = new Dog { Name = "Rex", Barks = true, Numbers = [1, 2], Friend = new Animal { Name = "Tom" } },
            Tuple = (7, "seven"),
            Id = Guid.NewGuid(),
            Money = 12.34m,
            Memory = new byte[] { 9, 8 },
            Set = [1L, 1L << 40],
            Balance = UInt128.MaxValue,
            Any = new Point(1, 2) { Label = "here" },
            Words = ["x", "y"],
            Secret = "hidden",
        };
        var got = await Basic.EchoEverything(sent);
        Assert.NotSame(sent, got);
        Assert.Equal(sent.Map, got.Map);
        Assert.Equal(sent.Bytes, got.Bytes);
        Assert.Equal(sent.When, got.When);
        Assert.Equal(sent.Colour, got.Colour);
        var dog = Assert.IsType<Dog>(got.Pet);
        Assert.Equal(("Rex", true, "Tom"), (dog.Name, dog.Barks, dog.Friend!.Name));
        Assert.Equal([1, 2], dog.Numbers);
        Assert.Equal(sent.Tuple, got.Tuple);
        Assert.Equal((sent.Id, sent.Money, sent.Balance), (got.Id, got.Money, got.Balance));
        Assert.Equal([9, 8], got.Memory.ToArray());
        Assert.Equal(sent.Set, got.Set);
        Assert.Equal(sent.Any, got.Any);
        Assert.Null(got.Missing);
        Assert.Equal(sent.Words, got.Words);
        Assert.Equal("hidden", got.Secret);
    }

    [Fact]
    public async Task Derived_types_records_and_surrogates_survive()
    {
        Assert.IsType<Dog>(await Basic.EchoAnimal(new Dog { Barks = true }));
        Assert.Equal(new Point(3, 4) { Label = "p" }, await Basic.EchoPoint(new Point(3, 4) { Label = "p" }));
        Assert.Equal(5, (await Basic.EchoForeign(new Foreign(5))).Value);
    }

    [Fact]
    public async Task Arguments_are_copies()
    {
        var numbers = new List<int> { 1, 2, 3 };
        foreach (var key in Enumerable.Range(0, 8)) // some are on the caller's silo, some are not
            Assert.Equal(0, await fixture.Grains.GetGrain<IBasicGrain>($"copy{key}").Mutate(numbers));
        Assert.Equal([1, 2, 3], numbers);
    }
}
