namespace Nsn.Engine.Bench;

/// <summary>What a workload between two processes has measured, and what shows that its calls went from one to the other.</summary>
/// <param name="Figures">The figures by their JSON key.</param>
/// <param name="Made">The calls that the callers made, with those to warm up.</param>
/// <param name="Taken">The calls that the grains were given, as they say themselves.</param>
/// <param name="Answering">The processes that the grains are in.</param>
/// <param name="Callee">The process that they should be in.</param>
internal sealed record RemoteRun(List<(string Key, double Value)> Figures, long Made, long Taken, IReadOnlySet<int> Answering, int Callee)
{
    /// <summary>The figures, if every call crossed.</summary>
    public List<(string Key, double Value)> Checked() => Made == Taken && Answering.SetEquals([Callee])
        ? Figures
        : throw new InvalidOperationException($"Of {Made} calls the grains took {Taken}, in the processes {string.Join(", ", Answering)} instead of {Callee}: this is no measurement of calls between two processes.");
}
