using System.Net;

namespace Orleans.Configuration
{
    /// <summary>Which cluster a process belongs to.</summary>
    public class ClusterOptions
    {
        public const string DefaultClusterId = "default";
        public const string DefaultServiceId = "default";
        public string ClusterId { get; set; } = DefaultClusterId;
        public string ServiceId { get; set; } = DefaultServiceId;
    }

    /// <summary>The name of a silo.</summary>
    public class SiloOptions
    {
        public string SiloName { get; set; }
    }

    /// <summary>Where a silo listens.</summary>
    public class EndpointOptions
    {
        public const int DEFAULT_SILO_PORT = 11111;
        public const int DEFAULT_GATEWAY_PORT = 30000;
        public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;
        public int SiloPort { get; set; } = DEFAULT_SILO_PORT;
        public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;
        public IPEndPoint SiloListeningEndpoint { get; set; }
        public IPEndPoint GatewayListeningEndpoint { get; set; }
    }

    /// <summary>Limits and times of calls.</summary>
    public abstract class MessagingOptions
    {
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>The time that takes the place of <see cref="ResponseTimeout"/> where a debugger is attached as the process starts.</summary>
        public TimeSpan ResponseTimeoutWithDebugger { get; set; } = TimeSpan.FromMinutes(30);

        /// <summary>Whether a call of another process that has waited longer than its caller waits is answered with <see cref="TimeoutException"/> instead of being run.</summary>
        public bool DropExpiredMessages { get; set; } = true;

        public int MaxMessageBodySize { get; set; } = 100 * 1024 * 1024;

        /// <summary>Whether the callee's cancellation token is cancelled when its caller waits no longer.</summary>
        public bool CancelRequestOnTimeout { get; set; } = true;
    }

    /// <summary>Limits and times of calls in silos.</summary>
    public class SiloMessagingOptions : MessagingOptions
    {
        /// <summary>How often silos send a call on that is not for them before it is rejected; the way through a client's gateway counts. Orleans: 2.</summary>
        public int MaxForwardCount { get; set; } = 3;

        /// <summary>How many calls may wait for an activation; 0 for any number.</summary>
        public int MaxEnqueuedRequestsHardLimit { get; set; }
    }

    /// <summary>Limits and times of calls in clients.</summary>
    public class ClientMessagingOptions : MessagingOptions;

    /// <summary>When idle activations are collected.</summary>
    public class GrainCollectionOptions
    {
        public static readonly TimeSpan DEFAULT_COLLECTION_QUANTUM = TimeSpan.FromMinutes(1);
        public static readonly TimeSpan DEFAULT_ACTIVATION_TIMEOUT = TimeSpan.FromSeconds(30);
        public static readonly TimeSpan DEFAULT_DEACTIVATION_TIMEOUT = TimeSpan.FromSeconds(30);
        public TimeSpan CollectionQuantum { get; set; } = DEFAULT_COLLECTION_QUANTUM;
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);
        public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];
        public TimeSpan ActivationTimeout { get; set; } = DEFAULT_ACTIVATION_TIMEOUT;
        public TimeSpan DeactivationTimeout { get; set; } = DEFAULT_DEACTIVATION_TIMEOUT;
        public bool EnableActivationSheddingOnMemoryPressure { get; set; }
        public double MemoryUsageLimitPercentage { get; set; } = 80;
    }

    /// <summary>When calls are refused for load.</summary>
    public class LoadSheddingOptions
    {
        public bool LoadSheddingEnabled { get; set; }
        public int CpuThreshold { get; set; } = 95;
        public int MemoryThreshold { get; set; } = 90;
    }
}

namespace Orleans.Hosting
{
    /// <summary>How reminders are served.</summary>
    public sealed class ReminderOptions
    {
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);
        public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);
    }
}
