using System.Globalization;

namespace Orleans.TestingHost;

/// <summary>Builds test clusters.</summary>
public class TestClusterBuilder(short initialSilosCount)
{
    public TestClusterBuilder()
        : this(2)
    {
    }

    public TestClusterOptions Options { get; } = new() { InitialSilosCount = initialSilosCount };
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

    public TestCluster Build() => new(Options);

    public static string CreateClusterId() => string.Create(CultureInfo.InvariantCulture, $"testcluster-{Guid.NewGuid():N}");
}
