using System.Diagnostics;
using Microsoft.Extensions.Options;
using Nsn.Grains.Directors;
using Nsn.Grains.Telemetry;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Pallets.Director;

namespace Nsn.Grains.Slots;

/// <summary>
/// The saga of a slot. It runs as one task of the grain; what others build on (assignment, published clip, the commitments and the reveals that were closed, certificate,
/// end) is stored before it goes on, so that another activation continues from there. A director whose call fails, because its silo has died for one, is asked again: it
/// gives the answer that it has stored. As a collector the saga is not trusted: directors check everything themselves.
/// </summary>
[Reentrant]
internal sealed partial class SlotGrain(
    [PersistentState("slot", "nsn")] IPersistentState<SlotDocument> document,
    IOptions<SlotOptions> options,
    TimeProvider time,
    GrainMetrics metrics,
    ILogger<SlotGrain> logger) : Grain, ISlotGrain, IDisposable
{
    private static readonly TimeSpan s_submitAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_storeAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>The grains of a silo that was killed are elsewhere after about two seconds.</summary>
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>A result that came just before air is stored, too.</summary>
    private static readonly TimeSpan s_storePatience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _ended = new();
    private Task? _run;
    private Task _reports = Task.CompletedTask;

    private ulong Slot => checked((ulong)this.GetPrimaryKeyLong());

    private SlotReport Report
    {
        get => document.State.Report ?? new SlotReport { Slot = Slot, Phase = SlotPhase.Planned };
        set => document.State.Report = value;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Continue();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _ended.CancelAsync();
        if (_run is { } run)
            await run.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _ended.Dispose();

    public async Task<SlotAssignment> StartAsync(SlotAssignment assignment)
    {
        if (Report.Assignment is { } stands)
            return stands;
        Report = Report with { Assignment = assignment, Phase = SlotPhase.Generating, StartedAt = time.GetUtcNow() };
        try
        {
            await document.WriteStateAsync();
        }
        catch
        {
            // Not begun: who asked asks again, and finds what is stored by then.
            document.State.Report = null;
            DeactivateOnIdle();
            throw;
        }

        Continue();
        return assignment;
    }

    public Task<SlotReport> GetAsync() => Task.FromResult(Report);

    private void Continue()
    {
        if (_run is null && Report is { Assignment: { } assignment, Phase: not (SlotPhase.Certified or SlotPhase.Failed) })
            _run = RunAsync(assignment, _ended.Token);
    }

    private async Task RunAsync(SlotAssignment assignment, CancellationToken cancellationToken)
    {
        DelayDeactivation(assignment.Deadline - time.GetUtcNow() + TimeSpan.FromMinutes(1));
        try
        {
            var manifest = Report.Manifest ?? await PublishAsync(assignment, cancellationToken);
            var certificate = Report.Certificate ?? await AgreeAsync(assignment, manifest, cancellationToken);
            await SubmitAsync(assignment, manifest, certificate, cancellationToken);
        }
        catch (SlotFailedException failure)
        {
            await FailAsync(failure.Failure, failure.Message);
        }
        catch (Orleans.Storage.InconsistentStateException)
        {
            // Another activation of this slot has written: it goes on, this one ends.
            DeactivateOnIdle();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The activation ends; the next one goes on from what is stored.
        }
        catch (Exception failure)
        {
            LogStuck(failure, Slot);
            await FailAsync(SlotFailure.Error, $"The slot's work failed: {failure.Message}");
        }
        finally
        {
            await _reports;
            _run = null;
        }
    }

    /// <summary>Asks proposers in rotation until one has published a clip, and those that have not refused once more while there is time.</summary>
    private async Task<ClipManifest> PublishAsync(SlotAssignment assignment, CancellationToken cancellationToken)
    {
        var stage = Stopwatch.GetTimestamp();
        var reasons = new Dictionary<int, string>();
        var rotation = new Queue<int>(assignment.Proposers);
        for (var asked = 0; rotation.Count > 0 && Left(assignment) is var left && left >= options.Value.ProposerTimeMin; asked++)
        {
            if (asked >= assignment.Proposers.Length)
                await Task.Delay(s_askAgain, time, cancellationToken);
            var place = rotation.Dequeue();
            var account = assignment.Directors[place];
            using var budget = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            ClipManifest manifest;
            try
            {
                var work = Director(account).ProposeAsync(assignment, budget.Token);
                manifest = await work.WaitAsync(left * options.Value.ProposerShare, time, cancellationToken);
                if (manifest.Slot != assignment.Slot || !manifest.Proposer.AsSpan().SequenceEqual(account))
                    throw new InvalidOperationException("it answered with a clip that is not its own for this slot");
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                await budget.CancelAsync();
                var reason = failure is TimeoutException ? $"director {place + 1} did not publish in time" : $"director {place + 1}: {failure.Message}";
                if (reasons.GetValueOrDefault(place) != reason)
                    LogProposer(Slot, place + 1, reason);
                reasons[place] = reason;
                if (failure is not DirectorRefusalException)
                    rotation.Enqueue(place);
                continue;
            }

            Report = Report with { Manifest = manifest, Phase = SlotPhase.Committing, StageSeconds = With("generate", stage) };
            await StoreAsync(assignment, cancellationToken);
            return manifest;
        }

        throw reasons.Count == 0
            ? new SlotFailedException(SlotFailure.NoTime, "There was no time left to make the clip.")
            : new SlotFailedException(SlotFailure.NotPublished, $"No clip was published: {string.Join("; ", reasons.Values)}.");
    }

    /// <summary>
    /// Has the certificate put into the ledger, by the proposer first and by the other directors if it does not: each has a part of the time that is left, so that one that
    /// hangs holds up nobody for long. Where the ledger cannot be reached, or the slot is still further ahead than it takes certificates for, that is tried again. Nor is air the
    /// end of it: what was submitted in time may be in a block after that, or be in one already that nobody heard of, and a slot is not given up while the ledger may hold its
    /// certificate. The ledger itself says when it takes it no more.
    /// </summary>
    private async Task SubmitAsync(SlotAssignment assignment, ClipManifest manifest, byte[] certificate, CancellationToken cancellationToken)
    {
        var stage = Stopwatch.GetTimestamp();
        var logged = "";
        byte[][] directors = [.. assignment.Directors.OrderByDescending(account => account.AsSpan().SequenceEqual(manifest.Proposer))];
        ulong? block;
        for (var attempt = 0; ; attempt++)
        {
            string reason;
            var isOver = Left(assignment) <= TimeSpan.Zero;
            try
            {
                var submission = await Director(directors[attempt % directors.Length]).SubmitAsync(assignment.Slot, certificate).WaitAsync(Patience(assignment), time, cancellationToken);
                block = submission.Block;
                if (block is not null)
                    break;
                reason = submission.Error ?? "";
                var isFinal = reason == DirectorErrors.OutsideWindow.Name ? isOver : attempt >= directors.Length - 1;
                if (isFinal)
                    throw new SlotFailedException(SlotFailure.NotSubmitted, $"The certificate is not in the ledger: {reason}.");
            }
            catch (Exception failure) when (failure is not SlotFailedException && !cancellationToken.IsCancellationRequested)
            {
                reason = failure.Message;
            }

            if (reason != DirectorErrors.OutsideWindow.Name && reason != logged)
                LogNotSubmitted(Slot, logged = reason);
            if (attempt >= directors.Length - 1 || reason == DirectorErrors.OutsideWindow.Name)
                await Task.Delay(s_submitAgain, time, cancellationToken);
        }

        var late = -Left(assignment);
        Report = Report with
        {
            Phase = SlotPhase.Certified,
            CertifiedInBlock = block,
            Failure = late > TimeSpan.Zero ? $"Its certificate was in the ledger only {late.TotalSeconds:0.0} s after it had gone on air." : null,
            FinishedAt = time.GetUtcNow(),
            StageSeconds = With("submit", stage),
        };
        await StoreAsync(assignment, cancellationToken);
        metrics.SlotCertified(Report.IsInTime);
        LogCertified(Slot, block.Value, -late.TotalSeconds);
    }

    /// <summary>How long one director gets for it.</summary>
    private TimeSpan Patience(SlotAssignment assignment)
    {
        var share = Left(assignment) * options.Value.SubmitterShare;
        return share > options.Value.SubmitterTimeMin ? share : options.Value.SubmitterTimeMin;
    }

    private async Task FailAsync(SlotFailure failed, string reason)
    {
        metrics.SlotFailed(failed);
        Report = Report with { Phase = SlotPhase.Failed, Failure = reason, FailedBy = failed, FinishedAt = time.GetUtcNow() };
        LogFailed(Slot, reason);
        try
        {
            await document.WriteStateAsync();
        }
        catch (Exception failure)
        {
            LogStuck(failure, Slot);
        }
    }

    private IDirectorGrain Director(byte[] account) => GrainFactory.GetGrain<IDirectorGrain>(Convert.ToHexStringLower(account));

    private TimeSpan Left(SlotAssignment assignment) => assignment.Deadline - time.GetUtcNow();

    private Dictionary<string, double> With(string stage, long since)
    {
        var took = Stopwatch.GetElapsedTime(since);
        metrics.StageTook(stage, took);
        return new(Report.StageSeconds) { [stage] = Math.Round(took.TotalSeconds, 3) };
    }

    /// <summary>Stores what there is. A store that is away for a moment costs the slot that moment and not what was made: it is tried again.</summary>
    private async Task StoreAsync(SlotAssignment assignment, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await document.WriteStateAsync(CancellationToken.None); // half a write helps nobody
                return;
            }
            catch (Exception failure) when (failure is not Orleans.Storage.InconsistentStateException && Left(assignment) > -s_storePatience)
            {
                LogNotStored(Slot, failure.Message);
            }

            await Task.Delay(s_storeAgain, time, cancellationToken);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Slot {Slot} is certified in block {Block}, {Seconds:0.0} s before air")]
    private partial void LogCertified(ulong slot, ulong block, double seconds);

    [LoggerMessage(2, LogLevel.Warning, "Slot {Slot} has no certificate: {Reason}")]
    private partial void LogFailed(ulong slot, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Slot {Slot}, proposer {Place}: {Reason}; the next in rotation is asked")]
    private partial void LogProposer(ulong slot, int place, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Slot {Slot}: the certificate was not taken: {Reason}")]
    private partial void LogNotSubmitted(ulong slot, string reason);

    [LoggerMessage(5, LogLevel.Error, "Slot {Slot}: unexpected failure")]
    private partial void LogStuck(Exception failure, ulong slot);

    [LoggerMessage(7, LogLevel.Warning, "Slot {Slot} could not be stored: {Reason}; tried again")]
    private partial void LogNotStored(ulong slot, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Slot {Slot}, director {Place}: no {Stage} ({Reason}); asked again")]
    private partial void LogAskedAgain(ulong slot, int place, string stage, string reason);

    [LoggerMessage(6, LogLevel.Warning, "Slot {Slot}: director {Director} voted twice: {Outcome}")]
    private partial void LogEquivocation(ulong slot, AccountId director, string outcome);
}
