namespace Nsn.Grains.Channels;

/// <summary>A recipe's way to air.</summary>
[GenerateSerializer, Immutable, Alias("nsn.recipe-ticket")]
public sealed record RecipeTicket
{
    /// <summary>Name of the recipe: "r-" and the first 16 hexadecimal digits of its hash and key.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Canonical SCALE bytes.</summary>
    [Id(1)] public required byte[] Recipe { get; init; }

    /// <summary>SHA-256 of them.</summary>
    [Id(2)] public required byte[] RecipeHash { get; init; }

    /// <summary>Whether a person sent it or the programme did.</summary>
    [Id(3)] public required RecipeOrigin Origin { get; init; }

    /// <summary>How far it is.</summary>
    [Id(4)] public required RecipeState State { get; init; }

    /// <summary>Place in the queue, from 1; null once a slot is fixed.</summary>
    [Id(5)] public int? Place { get; init; }

    /// <summary>The slot that carries it.</summary>
    [Id(6)] public ulong? Slot { get; init; }

    /// <summary>When it goes on air: exact once a slot is fixed, an estimate before.</summary>
    [Id(7)] public DateTimeOffset? AirsAt { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(8)] public string? Reason { get; init; }

    /// <summary>The states it went through.</summary>
    [Id(9)] public RecipeStep[] History { get; init; } = [];
}
