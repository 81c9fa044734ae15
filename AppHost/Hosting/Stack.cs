using Microsoft.Extensions.Configuration;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Hosting;

/// <summary>What resources find around them: paths, configuration, ports, tools.</summary>
public sealed class Stack
{
    internal Stack(IConfiguration configuration, StackPaths paths, PortMap ports, HttpClient http, TimeProvider time)
    {
        Configuration = configuration;
        Paths = paths;
        Ports = ports;
        Http = http;
        Time = time;
        Npm = new NpmPackages(paths.Provision);
        WebGpu = new WebGpuLibrary(paths, configuration);
    }

    /// <summary>Arguments (<c>--Ports:postgres=5433</c>) and variables (<c>Ports__postgres=5433</c>).</summary>
    public IConfiguration Configuration { get; }

    /// <summary>Where things are.</summary>
    public StackPaths Paths { get; }

    /// <summary>Which instance listens where.</summary>
    public PortMap Ports { get; }

    /// <summary>The native parts that npm brings.</summary>
    public NpmPackages Npm { get; }

    /// <summary>The inference library for machines with a GPU.</summary>
    public WebGpuLibrary WebGpu { get; }

    /// <summary>For health checks: short time-outs, no proxy.</summary>
    public HttpClient Http { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }
}
