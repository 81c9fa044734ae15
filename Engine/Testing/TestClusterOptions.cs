namespace Orleans.TestingHost;

/// <summary>The shape of a test cluster.</summary>
public class TestClusterOptions
{
    public string ClusterId { get; set; } = TestClusterBuilder.CreateClusterId();
    public string ServiceId { get; set; } = Guid.NewGuid().ToString("N");
    public short InitialSilosCount { get; set; } = 2;
    public bool InitializeClientOnDeploy { get; set; } = true;
    public List<string> SiloBuilderConfiguratorTypes { get; } = [];
    public List<string> ClientBuilderConfiguratorTypes { get; } = [];
}
