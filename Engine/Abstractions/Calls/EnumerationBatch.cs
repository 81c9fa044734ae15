namespace Nsn.Engine.Calls;

/// <summary>Some items of a sequence, and whether it has ended.</summary>
[GenerateSerializer]
public sealed class EnumerationBatch
{
    /// <summary>The items; null when none arrived in time.</summary>
    [Id(0)]
    public List<object> Items { get; set; }

    /// <summary>Whether these are the last items.</summary>
    [Id(1)]
    public bool Completed { get; set; }
}
