using System.Security.Cryptography;

namespace Nsn.Engine.Microbench;

/// <summary>A record as grains send them: a key, a name, a time, an amount, a few words and a hash.</summary>
[GenerateSerializer]
public sealed record Offer
{
    [Id(0)]
    public Guid Id { get; init; }

    [Id(1)]
    public string Name { get; init; } = "";

    [Id(2)]
    public DateTimeOffset At { get; init; }

    [Id(3)]
    public decimal Amount { get; init; }

    [Id(4)]
    public List<string> Words { get; init; } = [];

    [Id(5)]
    public byte[] Hash { get; init; } = [];

    public static Offer Make(int number) => new()
    {
        Id = new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        Name = $"offer number {number}",
        At = DateTimeOffset.UnixEpoch.AddDays(20_000 + number),
        Amount = 12.5m + number,
        Words = ["a king", "in a library", "reads", "by candlelight"],
        Hash = SHA256.HashData(BitConverter.GetBytes(number)),
    };
}
