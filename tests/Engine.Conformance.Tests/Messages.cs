namespace Nsn.Engine.Conformance.Tests;

[GenerateSerializer]
public class Animal
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public List<int> Numbers { get; set; } = [];
}

[GenerateSerializer]
public sealed class Dog : Animal
{
    [Id(0)]
    public bool Barks { get; set; }

    [Id(1)]
    public Animal? Friend { get; set; }
}

[GenerateSerializer]
public sealed record Point(int X, int Y)
{
    [Id(0)]
    public string? Label { get; init; }
}

[GenerateSerializer]
public readonly record struct Pair<T>([property: Id(0)] T First, [property: Id(1)] T Second);

[GenerateSerializer]
public enum Colour
{
    Red,
    Green = 7,
}

[GenerateSerializer]
public sealed class Everything
{
    [Id(0)]
    public Dictionary<string, Pair<double>> Map { get; set; } = [];

    [Id(1)]
    public byte[] Bytes { get; set; } = [];

    [Id(2)]
    public DateTimeOffset When { get; set; }

    [Id(3)]
    public Colour? Colour { get; set; }

    [Id(4)]
    public Animal? Pet { get; set; }

    [Id(5)]
    public (int, string) Tuple { get; set; }

    [Id(6)]
    public Guid Id { get; set; }

    [Id(7)]
    public decimal Money { get; set; }

    [Id(8)]
    public ReadOnlyMemory<byte> Memory { get; set; }

    [Id(9)]
    public HashSet<long> Set { get; set; } = [];

    [Id(10)]
    public UInt128 Balance { get; set; }

    [Id(11)]
    public object? Any { get; set; }

    [Id(12)]
    public int[]? Missing { get; set; }

    [Id(13)]
    public IReadOnlyList<string> Words { get; set; } = [];

    [Id(14)]
    private string _secret = "";

    public string Secret
    {
        get => _secret;
        set => _secret = value;
    }
}

public sealed class Foreign(int value)
{
    public int Value { get; } = value;
}

[GenerateSerializer]
public struct ForeignSurrogate
{
    [Id(0)]
    public int Value { get; set; }
}

[RegisterConverter]
public sealed class ForeignConverter : IConverter<Foreign, ForeignSurrogate>
{
    public Foreign ConvertFromSurrogate(in ForeignSurrogate surrogate) => new(surrogate.Value);
    public ForeignSurrogate ConvertToSurrogate(in Foreign value) => new() { Value = value.Value };
}

[GenerateSerializer]
public sealed class OutOfStockException(string message) : Exception(message);
