namespace Nsn.Vortex.Inference;

/// <summary>Chooses the execution provider.</summary>
public static class ProviderSelector
{
    /// <summary>Names that a person may give.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "cpu", "cuda", "webgpu"];

    /// <summary>Providers in order of preference; the processor always works, so it is last.</summary>
    /// <param name="requested">One of <see cref="Names"/>.</param>
    /// <param name="available">What the runtime library says it was built with, for example <c>CUDAExecutionProvider</c>.</param>
    /// <param name="gpu">What the system says of its GPUs; counts for <c>auto</c> only.</param>
    /// <returns>Candidates to try in order, and why in this order.</returns>
    /// <exception cref="ClipException">The name is unknown, or the library lacks what was asked for by name.</exception>
    public static (IReadOnlyList<ExecutionProvider> Candidates, string Reason) Choose(string requested, IReadOnlyCollection<string> available, GpuPresence gpu)
    {
        var built = new List<ExecutionProvider>();
        if (available.Contains("CUDAExecutionProvider"))
            built.Add(ExecutionProvider.Cuda);
        if (available.Contains("WebGpuExecutionProvider"))
            built.Add(ExecutionProvider.WebGpu);
        switch (requested)
        {
            case "auto":
                return Prefer(built, gpu);
            case "cpu":
                return ([ExecutionProvider.Cpu], "asked for");
            case "cuda" or "webgpu":
                var wanted = requested == "cuda" ? ExecutionProvider.Cuda : ExecutionProvider.WebGpu;
                return built.Contains(wanted)
                    ? ([wanted], "asked for")
                    : throw new ClipException(
                        ClipError.InvalidRequest,
                        $"This build of the runtime library has no {requested} provider; it offers {string.Join(", ", available)}. "
                        + $"Use --device cpu, or name a library that has it in {RuntimeLibrary.Variable} (docs/inference.md).");
            default:
                throw new ClipException(ClipError.InvalidRequest, $"The device '{requested}' is not known; choose one of {string.Join(", ", Names)}.");
        }
    }

    private static (IReadOnlyList<ExecutionProvider> Candidates, string Reason) Prefer(List<ExecutionProvider> built, GpuPresence gpu)
    {
        if (built.Count == 0)
            return ([ExecutionProvider.Cpu], "the runtime library was built for processors only");
        var usable = built.Where(provider => provider == ExecutionProvider.Cuda ? gpu.Nvidia : gpu.Any).ToList();
        return usable.Count == 0
            ? ([ExecutionProvider.Cpu], $"the runtime library offers {string.Join(", ", built)}, and the system shows no GPU for it")
            : ([.. usable, ExecutionProvider.Cpu], $"the runtime library offers {string.Join(", ", usable)}, tried in this order");
    }
}
