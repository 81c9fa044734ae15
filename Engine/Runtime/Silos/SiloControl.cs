using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Reminders;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>Answers management's questions about this silo.</summary>
internal sealed class SiloControl(Silo silo) : ISiloControl
{
    public Task<SiloRuntimeStatistics> GetStatistics()
    {
        var memory = GC.GetGCMemoryInfo();
        return Task.FromResult(new SiloRuntimeStatistics
        {
            ActivationCount = silo.ActivationCount,
            ClientCount = silo.ClientCount,
            CpuUsage = silo.ProcessorPercent,
            IsOverloaded = silo.IsOverloaded,
            MemoryUsage = Environment.WorkingSet,
            AvailableMemory = Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes),
            TotalPhysicalMemory = memory.TotalAvailableMemoryBytes,
            DateTime = silo.TimeProvider.GetUtcNow().UtcDateTime,
        });
    }

    public Task<DetailedGrainStatistic[]> GetGrains() => Task.FromResult(silo.Grains
        .Select(activation => new DetailedGrainStatistic { GrainId = activation.GrainId, GrainType = activation.Class.Type.FullName, SiloAddress = silo.Address })
        .ToArray());

    public Task CollectGarbage()
    {
        GC.Collect();
        return Task.CompletedTask;
    }

    public Task Publish() => silo.Membership.RenewAsync();
    public Task ReloadReminders(GrainId grain) => silo.Services.GetService<ReminderService>()?.ReloadAsync(grain) ?? Task.CompletedTask;
    public Task ConnectClient(SiloAddress client) => silo.OnClientConnectedAsync(client);

    public Task Collect(TimeSpan age)
    {
        silo.Collect(age);
        return Task.CompletedTask;
    }
}
