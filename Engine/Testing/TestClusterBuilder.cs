using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Orleans.TestingHost;

/// <summary>Builds test clusters.</summary>
public class TestClusterBuilder(short initialSilosCount)
{
    public TestClusterBuilder()
        : this(2)
    {
    }

    private readonly List<Action> _before = [];
    private readonly List<Action<IConfigurationBuilder>> _configure = [];

    public TestClusterOptions Options { get; } = new() { InitialSilosCount = initialSilosCount };

    /// <summary>Configuration that all hosts of the cluster see.</summary>
    public Dictionary<string, string> Properties { get; } = [];

    public TestClusterBuilder AddSiloBuilderConfigurator<T>()
        where T : new()
    {
        Options.SiloBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName!);
        return this;
    }

    public TestClusterBuilder AddClientBuilderConfigurator<T>()
        where T : IClientBuilderConfigurator, new()
    {
        Options.ClientBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName!);
        return this;
    }

    /// <summary>Adds to the configuration that all hosts of the cluster see.</summary>
    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        _configure.Add(configureDelegate);
        return this;
    }

    /// <summary>Runs when the cluster is built, before anything of it is made.</summary>
    public TestClusterBuilder ConfigureBuilder(Action configureDelegate)
    {
        _before.Add(configureDelegate);
        return this;
    }

    public TestCluster Build()
    {
        _before.ForEach(configure => configure());
        var configuration = new ConfigurationBuilder();
        configuration.AddInMemoryCollection(Properties!);
        _configure.ForEach(configure => configure(configuration));
        return new TestCluster(Options, [.. configuration.Sources]);
    }

    public static string CreateClusterId() => string.Create(CultureInfo.InvariantCulture, $"testcluster-{Guid.NewGuid():N}");
}
