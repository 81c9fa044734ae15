namespace Nsn.Protocol.Recipes;

/// <summary>When, how long and how large.</summary>
public sealed record SlotParameters
{
    /// <summary>The slot that the recipe asks for; null for the next free one.</summary>
    public ulong? SlotNumber { get; init; }

    /// <summary>The length of the clip, 5 to 60 seconds.</summary>
    public required uint DurationSeconds { get; init; }

    /// <summary>The width in pixels: even, 64 to 1920.</summary>
    public ushort Width { get; init; } = 640;

    /// <summary>The height in pixels: even, 64 to 1920.</summary>
    public ushort Height { get; init; } = 360;

    /// <summary>Frames per second, 8 to 60.</summary>
    public uint FramesPerSecond { get; init; } = 24;
}
