using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.PostgreSql.Streams;
using Nsn.Engine.Runtime.Hosting;

namespace Orleans.Hosting;

/// <summary>Durable streams. Not part of Orleans, whose durable providers need queues of other makers.</summary>
public static class DurableStreamHostingExtensions
{
    /// <summary>Streams as an append-only table: at least once, resumable from a token.</summary>
    public static ISiloBuilder AddPostgreSqlStreams(this ISiloBuilder builder, string name, Action<DurableStreamOptions> configureOptions)
    {
        builder.Services.Configure(name, configureOptions);
        StreamServices.AddConsumer(builder.Services);
        StreamServices.AddProvider(builder.Services, name, typeof(IDurableStreamHub), rewindable: true);
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => DurableStreamWaker.Create(services, name));
        return builder;
    }

    public static IClientBuilder AddPostgreSqlStreams(this IClientBuilder builder, string name)
    {
        StreamServices.AddProvider(builder.Services, name, typeof(IDurableStreamHub), rewindable: true);
        return builder;
    }
}
