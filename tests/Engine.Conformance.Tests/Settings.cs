using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Nsn.Engine.Conformance.Tests;

public sealed class SiloSettings : ISiloConfigurator
{
    private static readonly Meeting s_meeting = new(); // of activations that may be in different silos

    public void Configure(ISiloBuilder siloBuilder)
    {
        siloBuilder.AddMemoryGrainStorageAsDefault();
        siloBuilder.AddMemoryGrainStorage("PubSubStore");
        siloBuilder.AddMemoryStreams("live");
        siloBuilder.UseInMemoryReminderService();
        siloBuilder.AddIncomingGrainCallFilter<MarkingFilter>();
        siloBuilder.AddOutgoingGrainCallFilter<OutgoingFilter>();
        siloBuilder.Services.AddSingleton<Meeting>(_ => s_meeting);
        siloBuilder.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100));
        siloBuilder.Configure<GrainCollectionOptions>(options => options.CollectionQuantum = TimeSpan.FromSeconds(1));
    }
}

public sealed class ClientSettings : IClientBuilderConfigurator
{
    public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder.AddMemoryStreams("live");
}

/// <summary>Doubles the answer of methods named Doubled, and refuses those named Refused.</summary>
public sealed class MarkingFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod?.Name == nameof(IFilteredGrain.Refused))
            throw new UnauthorizedAccessException($"{context.InterfaceMethod.Name} is refused.");
        await context.Invoke();
        if (context.InterfaceMethod?.Name == nameof(IFilteredGrain.Doubled))
            context.Result = (int)context.Result! * 2;
    }
}

/// <summary>Marks the answers that a grain gets from the grain named outgoing.</summary>
public sealed class OutgoingFilter : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (context.InterfaceMethod?.Name == nameof(IColour.Name) && context.TargetId.Key.ToString() == "outgoing")
            context.Result = $"{context.Result}, on its way out";
    }
}
