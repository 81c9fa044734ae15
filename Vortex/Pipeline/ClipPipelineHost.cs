using Microsoft.Extensions.Logging;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Pipeline;

/// <summary>
/// The packs of one device: loaded on first use, kept while they fit into <see cref="ClipPipelineOptions.VramBudgetBytes"/>, evicted least
/// recently used first. A pack in use is never evicted; a request that cannot fit fails at once instead of waiting.
/// </summary>
public sealed class ClipPipelineHost : IAsyncDisposable
{
    private readonly ClipPipelineOptions _options;
    private readonly Func<ClipPipelineOptions, ClipPacks> _read;
    private readonly InferenceDevice _device;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<Entry> _entries = []; // least recently used first

    /// <summary>Opens the device of the options; the options' own pack is loaded when it is first asked for.</summary>
    public ClipPipelineHost(ClipPipelineOptions options, ILogger<ClipPipelineHost>? logger = null)
        : this(options, ClipPacks.Read, logger)
    {
    }

    internal ClipPipelineHost(ClipPipelineOptions options, Func<ClipPipelineOptions, ClipPacks> read, ILogger? logger = null)
    {
        _options = options;
        _read = read;
        _device = new InferenceDevice(options.Device, options.Threads, logger);
    }

    /// <summary>What is warm, for placement.</summary>
    public DeviceSnapshot Snapshot()
    {
        lock (_entries)
        {
            return new DeviceSnapshot(
                ProofBuilder.NameOf(_device.Provider),
                _options.VramBudgetBytes,
                _entries.Sum(entry => entry.Pipeline.VramBytes),
                [.. _entries.Select(entry => entry.Pipeline.PackName)],
                [.. _entries.Select(entry => entry.Pipeline.PackHash)],
                _device.QueueLength);
        }
    }

    /// <summary>The hash that a pack's pipeline has, with the options' towers and voice; nothing is loaded.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when one cannot be used.</exception>
    public byte[] HashOf(string packFolder) => _read(OptionsFor(packFolder)).Hash();

    /// <summary>A pipeline for a pack, loaded and safe from eviction until the lease is disposed.</summary>
    /// <param name="packFolder">The pack, or null for the one of the options.</param>
    /// <param name="cancellationToken">Lets the caller leave at once; a load that has begun ends all the same, and the pack stays warm.</param>
    /// <exception cref="ClipException"><see cref="ClipError.OutOfMemory"/> when it does not fit beside the packs in use.</exception>
    public async Task<ClipPipelineLease> AcquireAsync(string? packFolder = null, CancellationToken cancellationToken = default)
    {
        var options = OptionsFor(packFolder ?? _options.PackFolder);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var loading = LeaseAsync(options, evict: true);
        try
        {
            return await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Who left holds no lease, and is told no failure any more.
            _ = loading.ContinueWith(
                static task =>
                {
                    if (task.IsCompletedSuccessfully)
                        task.Result.Dispose();
                    else
                        _ = task.Exception;
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Loads a pack where that needs no eviction, so that its first request does not wait.</summary>
    /// <returns>Whether it is warm now.</returns>
    public async Task<bool> TryWarmAsync(string packFolder, CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (await LeaseAsync(OptionsFor(packFolder), evict: false).ConfigureAwait(false)).Dispose();
            return true;
        }
        catch (ClipException exception) when (exception.Error == ClipError.OutOfMemory)
        {
            return false;
        }
    }

    private ClipPipelineOptions OptionsFor(string packFolder) => _options with { PackFolder = Path.GetFullPath(packFolder) };

    // Entered with the gate, which it gives back.
    private async Task<ClipPipelineLease> LeaseAsync(ClipPipelineOptions options, bool evict)
    {
        try
        {
            if (Find(options.PackFolder) is { } warm)
                return Lease(warm);
            var packs = await Task.Run(() => _read(options)).ConfigureAwait(false);
            await MakeRoomAsync(packs, evict).ConfigureAwait(false);
            var pipeline = await Task.Run(() => new ClipPipeline(options, new EspeakVoice(), packs, _device, ownsDevice: false)).ConfigureAwait(false);
            var entry = new Entry(options.PackFolder, pipeline);
            lock (_entries)
                _entries.Add(entry);
            return Lease(entry);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _device.Dispose();
        foreach (var entry in _entries)
            await entry.Pipeline.DisposeAsync().ConfigureAwait(false);
        _gate.Dispose();
    }

    private Entry? Find(string folder)
    {
        lock (_entries)
        {
            var entry = _entries.Find(candidate => candidate.Folder == folder);
            if (entry is not null)
            {
                _entries.Remove(entry);
                _entries.Add(entry);
            }

            return entry;
        }
    }

    private ClipPipelineLease Lease(Entry entry)
    {
        lock (_entries)
            entry.Leases++;
        return new ClipPipelineLease(entry.Pipeline, () =>
        {
            lock (_entries)
                entry.Leases--;
        });
    }

    private async Task MakeRoomAsync(ClipPacks packs, bool evict)
    {
        var evicted = new List<Entry>();
        lock (_entries)
        {
            var used = _entries.Sum(entry => entry.Pipeline.VramBytes);
            foreach (var entry in _entries.Where(entry => evict && entry.Leases == 0))
            {
                if (used + packs.VramBytes <= _options.VramBudgetBytes)
                    break;
                evicted.Add(entry);
                used -= entry.Pipeline.VramBytes;
            }

            if (used + packs.VramBytes > _options.VramBudgetBytes)
            {
                throw new ClipException(
                    ClipError.OutOfMemory,
                    $"The pack {packs.Model.DisplayName} needs {packs.VramBytes >> 20} MiB; {used >> 20} of {_options.VramBudgetBytes >> 20} MiB are taken by {(evict ? "packs in use" : "other packs")}.");
            }

            _entries.RemoveAll(evicted.Contains);
        }

        foreach (var entry in evicted)
            await entry.Pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Entry(string Folder, ClipPipeline Pipeline)
    {
        public int Leases { get; set; }
    }
}
