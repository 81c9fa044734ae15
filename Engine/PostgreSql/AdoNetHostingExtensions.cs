using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nsn.Engine.PostgreSql;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Reminders;
using Nsn.Engine.Runtime.Silos;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Clusters judged by PostgreSQL.</summary>
public static class AdoNetHostingExtensions
{
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions)
    {
        builder.Services.Configure(configureOptions);
        builder.Services.Replace(ServiceDescriptor.Singleton<IClusterJudge, PostgreSqlJudge>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IGrainDirectory, PostgreSqlGrainDirectory>());
        return builder.AddStartupTask(
            (services, _) => services.GetRequiredService<IGrainDirectory>() is PostgreSqlGrainDirectory directory ? directory.WarmUpAsync() : Task.CompletedTask,
            ServiceLifecycleStage.RuntimeGrainServices);
    }

    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions)
    {
        builder.Services.Configure(configureOptions);
        builder.Services.Replace(ServiceDescriptor.Singleton<IGatewayList, PostgreSqlGatewayList>());
        return builder;
    }
}

/// <summary>States in PostgreSQL.</summary>
public static class AdoNetGrainStorageSiloBuilderExtensions
{
    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(this ISiloBuilder builder, Action<AdoNetGrainStorageOptions> configureOptions) =>
        builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions)
    {
        builder.Services.Configure(name, configureOptions);
        builder.Services.AddKeyedSingleton<IGrainStorage>(name, (provider, _) =>
        {
            var cluster = provider.GetRequiredService<IOptions<ClusterOptions>>().Value;
            var options = provider.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name);
            return new PostgreSqlGrainStorage(name, options.ConnectionString, cluster.ServiceId, cluster.ClusterId);
        });
        return builder.AddStartupTask(
            (services, _) => services.GetRequiredKeyedService<IGrainStorage>(name) is PostgreSqlGrainStorage storage ? storage.WarmUpAsync() : Task.CompletedTask,
            ServiceLifecycleStage.RuntimeGrainServices);
    }
}

/// <summary>Reminders in PostgreSQL.</summary>
public static class SiloBuilderAdoNetReminderExtensions
{
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions)
    {
        builder.AddReminders();
        builder.Services.Configure(configureOptions);
        builder.Services.Replace(ServiceDescriptor.Singleton<IReminderTable, PostgreSqlReminderTable>());
        return builder;
    }
}
