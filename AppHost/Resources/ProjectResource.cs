using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>A program of ours, built along with AppHost: the folder's project in AppHost's own configuration (Debug or Release).</summary>
public sealed class ProjectResource(string name, string project) : Resource(name)
{
    /// <inheritdoc />
    public override string Kind => $"project {project}";

    /// <summary>Whether it runs ffmpeg.</summary>
    internal bool NeedsFfmpeg { get; set; }

    /// <summary>Whether it runs models.</summary>
    internal bool MayUseWebGpu { get; set; }

    /// <inheritdoc />
    protected internal override async Task PrepareAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (NeedsFfmpeg && ToolLocator.FindOnPath("ffmpeg") is null)
            await context.Stack.Npm.EnsureAsync(context.Log, cancellationToken).ConfigureAwait(false);
        if (MayUseWebGpu && context.Stack.WebGpu.IsWanted(WebGpuLibrary.MachineHasGpu()))
            await context.Stack.WebGpu.EnsureAsync(context.Log, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string root = context.Stack.Paths.Root;
        // bin/[<grain engine>/]<configuration>/<framework> of AppHost and of its neighbours have the same shape.
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string engine = own.Parent?.Parent is { Name: not "bin", Parent.Name: "bin" } folder ? folder.Name : "";
        string[] configurations = own.Parent is { } parent ? [parent.Name, "Release", "Debug"] : ["Release", "Debug"];
        string? assembly = configurations
            .Select(c => Path.Combine(root, project, "bin", engine, c, "net10.0", $"Nsn.{project}.dll"))
            .FirstOrDefault(File.Exists);
        return new LaunchPlan
        {
            FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            Arguments = [assembly ?? throw new AppHostException($"{project} is not built: run 'dotnet build {project}'.")],
            WorkingDirectory = Path.Combine(root, project),
            StopTimeout = TimeSpan.FromSeconds(20),
        };
    }
}
