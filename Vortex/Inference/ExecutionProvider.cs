namespace Nsn.Vortex.Inference;

/// <summary>What runs the graphs.</summary>
public enum ExecutionProvider
{
    /// <summary>Processor cores.</summary>
    Cpu,

    /// <summary>NVIDIA GPUs through CUDA.</summary>
    Cuda,

    /// <summary>Any GPU through WebGPU (Vulkan, Direct3D 12 or Metal).</summary>
    WebGpu,
}
