using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Nsn.EndToEnd.Faults;
using Orleans;

[assembly: HostingStartup(typeof(SiloFaults))]

namespace Nsn.EndToEnd.Faults;

/// <summary>Puts the faults before the grains of a silo whose environment names a folder of faults; any other process stays as it is.</summary>
public sealed class SiloFaults : IHostingStartup
{
    /// <inheritdoc />
    public void Configure(IWebHostBuilder builder)
    {
        if (Assembly.GetEntryAssembly()?.GetName().Name == "Nsn.Silo" && Environment.GetEnvironmentVariable(FaultFolder.Variable) is { Length: > 0 } folder)
            builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter>(new FaultFilter(new FaultFolder(folder))));
    }
}
