namespace Nsn.Engine.Runtime.Silos;

/// <summary>A silo as its own kind of grain, for management.</summary>
public interface ISiloControl : ISystemTarget
{
    Task<SiloRuntimeStatistics> GetStatistics();
    Task<DetailedGrainStatistic[]> GetGrains();
    Task Collect(TimeSpan age);
    Task CollectGarbage();

    /// <summary>Publishes its figures now.</summary>
    Task Publish();

    /// <summary>Reads the reminders of a grain again.</summary>
    Task ReloadReminders(GrainId grain);

    /// <summary>A client says that this silo is its gateway.</summary>
    Task ConnectClient(SiloAddress client);
}
