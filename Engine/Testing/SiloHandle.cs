using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>A silo of a test cluster.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    public string Name { get; set; } = "";
    public short InstanceNumber { get; set; }
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    /// <summary>Where clients reach it: here they come the way that silos do.</summary>
    public SiloAddress GatewayAddress { get; set; } = SiloAddress.Zero;

    public TestClusterOptions ClusterOptions { get; set; } = null!;
    public abstract bool IsActive { get; }
    public abstract Task StopSiloAsync(bool stopGracefully);
    public abstract Task StopSiloAsync(CancellationToken ct);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    public abstract ValueTask DisposeAsync();
}

/// <summary>A silo that runs in the test's own process.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _active = true;

    public IHost SiloHost { get; init; } = null!;
    public IServiceProvider ServiceProvider => SiloHost.Services;
    public override bool IsActive => _active;
    internal Func<Task>? Kill { get; init; }

    public override async Task StopSiloAsync(bool stopGracefully)
    {
        if (!_active)
            return;
        _active = false;
        if (stopGracefully)
            await SiloHost.StopAsync();
        else
            await Kill!();
        SiloHost.Dispose();
    }

    public override Task StopSiloAsync(CancellationToken ct) => StopSiloAsync(!ct.IsCancellationRequested);

    protected override void Dispose(bool disposing)
    {
        StopSiloAsync(true).GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await StopSiloAsync(true);
        GC.SuppressFinalize(this);
    }
}
