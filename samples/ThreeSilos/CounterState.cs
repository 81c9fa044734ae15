namespace Nsn.Samples.ThreeSilos;

/// <summary>What is stored of a counter.</summary>
public sealed class CounterState
{
    public int Count { get; set; }
}
