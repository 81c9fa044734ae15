using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Nsn.Engine.Runtime.Hosting;

/// <summary>Builds a silo into a host's services.</summary>
internal sealed class SiloBuilder(IServiceCollection services, IConfiguration configuration) : ISiloBuilder
{
    public IServiceCollection Services => services;
    public IConfiguration Configuration => configuration;
}
