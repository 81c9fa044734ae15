using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>WebGPU for silos that run models.</summary>
public static class WebGpuExtensions
{
    /// <summary>
    /// Gives the program ONNX Runtime's library with WebGPU where the machine shows a GPU or <c>Silo:Device</c> asks for it, and passes that setting on.
    /// </summary>
    public static ResourceBuilder<ProjectResource> WithWebGpu(this ResourceBuilder<ProjectResource> resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        resource.Resource.MayUseWebGpu = true;
        return resource.WithEnvironment((context, environment) =>
        {
            WebGpuLibrary library = context.Stack.WebGpu;
            if (library.Device != "auto")
                environment["Silo__Device"] = library.Device;
            if (library.IsWanted(WebGpuLibrary.MachineHasGpu()) && File.Exists(library.File))
                environment[WebGpuLibrary.Variable] = library.File;
        });
    }
}
