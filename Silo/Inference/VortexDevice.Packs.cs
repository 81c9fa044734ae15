using System.Diagnostics;
using Nsn.Content;
using Nsn.Grains.Slots;
using Nsn.Vortex;
using Nsn.Vortex.Pipeline;

namespace Nsn.Silo.Inference;

/// <content>What is open on the device: loading it, showing that it works, and setting it up anew when it has failed.</content>
internal sealed partial class VortexDevice
{
    public async Task WarmAsync(CancellationToken cancellationToken)
    {
        await _warming.WaitAsync(cancellationToken);
        try
        {
            if (_packs is not null)
                return;
            await OpenAsync(cancellationToken);
        }
        finally
        {
            _warming.Release();
        }
    }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_failure is null && (_packs is null || (!_isSuspect && _time.GetElapsedTime(Volatile.Read(ref _provenAt)) < ProofLasts)))
            return;
        await _warming.WaitAsync(cancellationToken);
        var asked = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(CheckLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (_failure is null)
                await ProveAsync(asked, either.Token);
            else
                await OpenAnewAsync(either.Token);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Jobs that are done meanwhile are proof enough, however long the line is.
            if (_failure is null && Volatile.Read(ref _provenAt) >= asked)
                return;
            var reason = limit.IsCancellationRequested ? $"no canary came through within {CheckLimit.TotalSeconds:0} s" : failure.Message;
            if (_failure is null)
                LogFailed(_logger, failure, Key, reason);
            _failure = reason;
        }
        finally
        {
            _warming.Release();
        }
    }

    /// <summary>Sends a canary through a device that should work, in one of its places, unless a job shows meanwhile that it does.</summary>
    private async Task ProveAsync(long asked, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _provenAt) < asked)
                await RunCanaryAsync(Loaded.First.Pipeline, cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Sets up a device that has failed once more, from its library on: what is lost with a GPU does not come back by itself. Nothing may run on it meanwhile.</summary>
    private async Task OpenAnewAsync(CancellationToken cancellationToken)
    {
        var taken = 0;
        try
        {
            for (; taken < _settings.DeviceJobs; taken++)
                await _places.WaitAsync(cancellationToken);
            if (Interlocked.Exchange(ref _packs, null) is { } former)
                await Task.Run(async () => await former.DisposeAsync(), CancellationToken.None);
            await OpenAsync(cancellationToken);
        }
        finally
        {
            if (taken > 0)
                _places.Release(taken);
        }
    }

    /// <summary>Loads the models and sends a canary through them.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var options = PipelineOptions(_settings);
        var host = await Task.Run(() => new ClipPipelineHost(options, _hostLogger), cancellationToken);
        Packs packs;
        try
        {
            packs = new Packs(host, await host.AcquireAsync(cancellationToken: cancellationToken));
            await RunCanaryAsync(packs.First.Pipeline, cancellationToken);
            var hash = HexOf(packs.First.Pipeline.PackHash);
            packs.Proven.Add(hash);
            packs.Folders[hash] = options.PackFolder;
            foreach (var folder in _settings.MorePacks)
                await AddAsync(packs, folder, cancellationToken);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        _packs = packs;
        _failure = null;
        var first = packs.First.Pipeline;
        LogWarm(_logger, Key, string.Join(", ", host.Snapshot().WarmPacks), first.Provider, first.ProviderReason, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    // A further pack that cannot be used is left out: the first one still serves.
    private async Task AddAsync(Packs packs, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var hash = HexOf(await Task.Run(() => packs.Host.HashOf(folder), cancellationToken));
            await packs.Host.TryWarmAsync(folder, cancellationToken);
            packs.Folders.TryAdd(hash, folder);
        }
        catch (ClipException failure)
        {
            LogLeftOut(_logger, folder, failure.Message);
        }
    }

    /// <summary>A pack that is loaded, and has shown once that it works here.</summary>
    private async Task<ClipPipelineLease> AcquireAsync(SlotAssignment assignment, CancellationToken cancellationToken)
    {
        var packs = Loaded;
        var hash = Convert.ToHexStringLower(assignment.ModelPackHash);
        var lease = await packs.Host.AcquireAsync(packs.Folders[hash], cancellationToken);
        try
        {
            await _proving.WaitAsync(cancellationToken);
            try
            {
                if (!packs.Proven.Contains(hash))
                    await RunCanaryAsync(lease.Pipeline, cancellationToken);
                packs.Proven.Add(hash);
            }
            finally
            {
                _proving.Release();
            }

            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task RunCanaryAsync(ClipPipeline pipeline, CancellationToken cancellationToken)
    {
        try
        {
            // Off the caller's scheduler, and let go of at the limit: a device that hangs may not notice that nobody waits any more.
            await Task.Run(() => _canary(pipeline, cancellationToken), cancellationToken).WaitAsync(cancellationToken);
        }
        catch
        {
            _metrics.CanaryEnded(passed: false);
            throw;
        }

        _metrics.CanaryEnded(passed: true);
        Proven();
    }

    private void Proven()
    {
        Volatile.Write(ref _provenAt, _time.GetTimestamp());
        _isSuspect = false;
    }

    /// <summary>Whether a job's failure may be the device's: then a canary tells. What a request or the store is to blame for says nothing about it.</summary>
    private static bool MayBeTheDevice(Exception failure) =>
        failure is not (OperationCanceledException or ContentStoreException or ClipException { Error: ClipError.InvalidRequest });

    /// <summary>A short clip through the whole pipeline and back, so that a device that reports is one that works.</summary>
    private static async Task CanaryAsync(ClipPipeline pipeline, CancellationToken cancellationToken)
    {
        var request = new ClipRequest { Prompt = "a robot in a city by day", Script = "One two three.", DurationSeconds = 1, Seed = ClipSeed.FromNumber(1) };
        var segments = new List<ReadOnlyMemory<byte>>();
        await foreach (var output in pipeline.GenerateAsync(request, cancellationToken))
        {
            if (output is ClipSegment segment)
                segments.Add(segment.Bytes);
        }

        var report = await pipeline.CreateVerifier().VerifyAsync(
            segments, request, new VerificationOptions { Mode = RegenerationMode.Sample, Frames = [0] }, cancellationToken);
        if (report.Failures.Any(failure => failure is VerificationFailure.Malformed or VerificationFailure.WrongShape or VerificationFailure.FrameMismatch))
            throw new InvalidOperationException($"The canary clip did not come back as it was made: {report.Explanation}");
    }

    /// <summary>What is open on the device; all of it is new when the device is set up anew.</summary>
    /// <param name="Host">The packs, loaded and evicted.</param>
    /// <param name="First">Held, so that the first pack is never evicted.</param>
    private sealed record Packs(ClipPipelineHost Host, ClipPipelineLease First) : IAsyncDisposable
    {
        /// <summary>The folders of the packs that may be asked for, by hash.</summary>
        public Dictionary<string, string> Folders { get; } = [];

        /// <summary>Hashes of packs that a canary has come through.</summary>
        public HashSet<string> Proven { get; } = [];

        public async ValueTask DisposeAsync()
        {
            First.Dispose();
            await Host.DisposeAsync();
        }
    }
}
