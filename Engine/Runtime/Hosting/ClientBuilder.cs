using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Nsn.Engine.Runtime.Hosting;

/// <summary>Builds a client into a host's services.</summary>
internal sealed class ClientBuilder(IServiceCollection services, IConfiguration configuration) : IClientBuilder
{
    public IServiceCollection Services => services;
    public IConfiguration Configuration => configuration;
}
