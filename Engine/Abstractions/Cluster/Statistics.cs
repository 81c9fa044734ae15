namespace Orleans.Statistics
{
    /// <summary>The load of a machine.</summary>
    public readonly struct EnvironmentStatistics(float cpuUsagePercentage, long memoryUsageBytes, long availableMemoryBytes, long maximumAvailableMemoryBytes)
    {
        public readonly float FilteredCpuUsagePercentage = cpuUsagePercentage;
        public readonly long FilteredMemoryUsageBytes = memoryUsageBytes;
        public readonly long FilteredAvailableMemoryBytes = availableMemoryBytes;
        public readonly long MaximumAvailableMemoryBytes = maximumAvailableMemoryBytes;
        public readonly float RawCpuUsagePercentage = cpuUsagePercentage;
        public readonly long RawMemoryUsageBytes = memoryUsageBytes;
        public readonly long RawAvailableMemoryBytes = availableMemoryBytes;
        public float MemoryUsagePercentage => MaximumAvailableMemoryBytes == 0 ? 0 : 100f * RawMemoryUsageBytes / MaximumAvailableMemoryBytes;
        public float AvailableMemoryPercentage => MaximumAvailableMemoryBytes == 0 ? 0 : 100f * RawAvailableMemoryBytes / MaximumAvailableMemoryBytes;
    }

    /// <summary>Measures the load of this machine.</summary>
    public interface IEnvironmentStatisticsProvider
    {
        EnvironmentStatistics GetEnvironmentStatistics();
    }
}

namespace Orleans.Runtime
{
    /// <summary>How many activations of a class a silo has.</summary>
    [GenerateSerializer]
    public sealed class SimpleGrainStatistic
    {
        [Id(0)]
        public string GrainType { get; set; }

        [Id(1)]
        public SiloAddress SiloAddress { get; set; }

        [Id(2)]
        public int ActivationCount { get; set; }
    }

    /// <summary>One activation.</summary>
    [GenerateSerializer]
    public sealed class DetailedGrainStatistic
    {
        [Id(0)]
        public string GrainType { get; set; }

        [Id(1)]
        public SiloAddress SiloAddress { get; set; }

        [Id(2)]
        public GrainId GrainId { get; set; }
    }

    /// <summary>The load of a silo.</summary>
    [GenerateSerializer]
    public sealed class SiloRuntimeStatistics
    {
        [Id(0)]
        public int ActivationCount { get; internal set; }

        [Id(1)]
        public float? CpuUsage { get; internal set; }

        [Id(2)]
        public long? MemoryUsage { get; internal set; }

        [Id(3)]
        public long? TotalPhysicalMemory { get; internal set; }

        [Id(4)]
        public DateTime DateTime { get; internal set; }

        [Id(5)]
        public bool IsOverloaded { get; internal set; }

        [Id(6)]
        public long ClientCount { get; internal set; }

        /// <summary>In bytes.</summary>
        [Id(7)]
        public float? AvailableMemory { get; internal set; }
    }

    /// <summary>Answers questions about the cluster.</summary>
    public interface IManagementGrain : IGrainWithIntegerKey
    {
        Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);
        Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false);
        Task ForceGarbageCollection(SiloAddress[] hostsIds);
        Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit);
        Task ForceActivationCollection(TimeSpan ageLimit);

        /// <summary>Lets silos publish their figures now, for placement.</summary>
        Task ForceRuntimeStatisticsCollection(SiloAddress[] siloAddresses);

        Task<SiloRuntimeStatistics[]> GetRuntimeStatistics(SiloAddress[] hostsIds);
        Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds);
        Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();
        Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[] types = null, SiloAddress[] hostsIds = null);
        Task<int> GetGrainActivationCount(GrainReference grainReference);
        Task<int> GetTotalActivationCount();
        ValueTask<SiloAddress> GetActivationAddress(IAddressable reference);
        ValueTask<List<GrainId>> GetActiveGrains(GrainType type);
    }
}
