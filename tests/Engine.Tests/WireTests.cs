using System.Collections.Immutable;
using Nsn.Engine.Calls;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Tests;

[GenerateSerializer]
public sealed record Parcel
{
    [Id(0)]
    public string Name { get; init; } = "";

    [Id(1)]
    public List<int> Numbers { get; init; } = [];

    [Id(2)]
    public Dictionary<string, object> Extras { get; init; } = [];

    [Id(3)]
    public Guid[] Ids { get; init; } = [];

    [Id(4)]
    public Parcel? Inner { get; init; }
}

[GenerateSerializer]
public sealed class OldLetter
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public int Weight { get; set; } = 20;

    [Id(2)]
    public List<Parcel> Enclosed { get; set; } = [];
}

/// <summary>The letter of a later version: it has lost two members and gained two.</summary>
[GenerateSerializer]
public sealed class NewLetter
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(3)]
    public string Note { get; set; } = "none";

    [Id(7)]
    public Dictionary<string, Parcel> Attached { get; set; } = [];
}

/// <summary>Bytes that a peer may send: whatever they are, reading them ends with a value or one kind of refusal, and takes memory in proportion to them.</summary>
public sealed class WireTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Changed_bytes_are_read_or_refused_and_never_do_anything_else()
    {
        var random = new Random(1);
        var good = Write(new Parcel
        {
            Name = "one",
            Numbers = [1, 2, 3],
            Extras = new() { ["a"] = 1, ["b"] = "two", ["c"] = ImmutableArray.Create(1L, 2L) },
            Ids = [Guid.Empty, Guid.Empty],
            Inner = new Parcel { Name = "inner" },
        });
        Assert.Equal("inner", ((Parcel)CodecOf<object>.Instance.Read(new Reader(good))).Inner!.Name);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = good[..(round % 3 == 0 ? random.Next(good.Length) : good.Length)];
            for (var changes = random.Next(1, 6); changes > 0 && bytes.Length > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!IsRead(bytes))
                refused++;
        }

        Assert.InRange(refused, 1, Rounds);
    }

    [Fact]
    public void Versions_that_lose_and_gain_members_read_each_other()
    {
        var parcel = new Parcel { Name = "p", Numbers = [1, 2] };
        var newer = Translate<OldLetter, NewLetter>(new OldLetter { Name = "old", Weight = 5, Enclosed = [parcel, parcel] });
        Assert.Equal(("old", "none", 0), (newer.Name, newer.Note, newer.Attached.Count));
        var older = Translate<NewLetter, OldLetter>(new NewLetter { Name = "new", Note = "n", Attached = { ["a"] = parcel } });
        Assert.Equal(("new", 20, 0), (older.Name, older.Weight, older.Enclosed.Count));
    }

    private static TTo Translate<TFrom, TTo>(TFrom value)
    {
        using var writer = new Writer();
        CodecOf<TFrom>.Instance.Write(writer, value);
        return CodecOf<TTo>.Instance.Read(new Reader(writer.Written.ToArray()));
    }

    [Fact]
    public void Noise_is_refused()
    {
        var random = new Random(2);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            IsRead(bytes);
        }
    }

    [Fact]
    public void A_count_takes_no_memory_before_its_items_have_come()
    {
        using var writer = new Writer();
        writer.WriteType(typeof(Guid[]));
        writer.WriteVarUInt(1_000_000);
        writer.WriteRaw(new byte[1_000_000]); // one byte an item, where an item needs sixteen
        var bytes = writer.Written.ToArray();
        IsRead(bytes); // warm
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(IsRead(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    [Theory]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.IO.FileInfo")]
    [InlineData("System.Collections.Generic.List`1")]
    [InlineData("System.Int32[][][][][][]")]
    [InlineData("<")]
    [InlineData("")]
    public void Types_that_nobody_declared_cannot_be_named(string name)
    {
        using var writer = new Writer();
        writer.WriteVarUInt(0);
        writer.WriteString(name);
        Assert.False(IsRead(writer.Written.ToArray()));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var parcel = new Parcel();
        for (var depth = 0; depth < 50; depth++)
            parcel = new Parcel { Inner = parcel };
        Assert.True(IsRead(Write(parcel)));
        // A list in a list in a list, as nobody could write it: the bytes of one level again and again.
        var two = Write(new List<object> { new List<object>() });
        var three = Write(new List<object> { new List<object> { new List<object>() } });
        var at = two.Zip(three).TakeWhile(pair => pair.First == pair.Second).Count();
        var level = three[at..(at + three.Length - two.Length)];
        Assert.True(IsRead([.. two[..at], .. level, .. level, .. two[at..]]));
        Assert.False(IsRead([.. two[..at], .. Enumerable.Repeat(level, 200_000).SelectMany(bytes => bytes), .. two[at..]]));
    }

    private static byte[] Write(object value)
    {
        using var writer = new Writer();
        CodecOf<object>.Instance.Write(writer, value);
        return writer.Written.ToArray();
    }

    /// <summary>False when the bytes were refused; any other exception is a failure of the test.</summary>
    private static bool IsRead(byte[] bytes)
    {
        try
        {
            _ = CodecOf<object>.Instance.Read(new Reader(bytes));
            return true;
        }
        catch (Exception exception) when (exception is WireFormatException or InsufficientExecutionStackException)
        {
            return false;
        }
    }
}
