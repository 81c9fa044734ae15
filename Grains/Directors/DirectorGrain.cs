using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Nsn.Grains.Epochs;
using Nsn.Grains.Inference;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;

namespace Nsn.Grains.Directors;

/// <summary>
/// A director. Every answer is stored before it is given, so that neither a repeated call nor a restart makes it say two different things
/// about a slot. It trusts no collector: it checks the assignment against the chain, the clip from the published bytes, and the other directors' messages by their
/// signatures.
/// </summary>
[Reentrant]
internal sealed partial class DirectorGrain(
    [PersistentState("director", "nsn")] IPersistentState<DirectorDocument> document,
    IDirectorKeys keys,
    IOptions<DirectorOptions> options,
    TimeProvider time,
    ILogger<DirectorGrain> logger) : Grain, IDirectorGrain
{
    /// <summary>No slot is begun earlier, whatever deadline its collector names.</summary>
    private static readonly TimeSpan s_workMax = TimeSpan.FromMinutes(10);
    private readonly DirectorLifecycle _lifecycle = new();
    private readonly Dictionary<ulong, Task<DirectorReply>> _commits = [];
    private readonly Dictionary<ulong, Task<ClipManifest>> _proposals = [];
    private readonly Dictionary<uint, EpochInfo> _epochs = [];
    private ChainHead? _chain;
    private ISigner _signer = null!;
    private int _proposed, _accepted, _rejected;
    private WriteChain _writes = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var account = AccountId.Parse(this.GetPrimaryKeyString());
        _writes = new WriteChain(() => document.WriteStateAsync());
        _signer = keys.Find(account)
            ?? throw new InvalidOperationException($"There is no key for director {account} on this silo. Put it into the key folder of every core silo.");
        return Task.CompletedTask;
    }

    public Task<DirectorStatus> GetStatusAsync() => Task.FromResult(new DirectorStatus(
        _lifecycle.State(SlotsInWork.Length > 0), _lifecycle.Current, _lifecycle.Next, SlotsInWork, _proposed, _accepted, _rejected));

    public Task ObserveEpochAsync(uint epoch, EpochPhase phase)
    {
        if (_lifecycle.Observe(epoch, phase))
            LogSeat(_signer.PublicKey, epoch, phase);
        return Task.CompletedTask;
    }

    public async Task<ClipManifest> ProposeAsync(SlotAssignment assignment, CancellationToken cancellationToken = default)
    {
        await RequireSeatAsync(assignment);
        if (!_proposals.TryGetValue(assignment.Slot, out var running))
        {
            if (document.State.Proposals.TryGetValue(assignment.Slot, out var made))
                return made;
            running = MakeAsync(assignment, cancellationToken);
            _proposals[assignment.Slot] = running;
        }

        return await EndAsync(_proposals, assignment.Slot, running);
    }

    public async Task<DirectorReply> CommitAsync(SlotAssignment assignment, ClipManifest manifest, CancellationToken cancellationToken = default)
    {
        await RequireSeatAsync(assignment);
        if (!_commits.TryGetValue(assignment.Slot, out var running))
        {
            if (document.State.Rounds.TryGetValue(assignment.Slot, out var known))
            {
                return known.ContentRoot.AsSpan().SequenceEqual(manifest.ContentRoot)
                    ? new DirectorReply(Restore(known).Commit?.Encode())
                    : throw new DirectorRefusalException($"Slot {assignment.Slot}: this director has committed to another clip.");
            }

            running = CheckAsync(assignment, manifest, cancellationToken);
            _commits[assignment.Slot] = running;
        }

        return await EndAsync(_commits, assignment.Slot, running);
    }

    /// <summary>Waits for work that several calls may wait for; it is in the list until it is stored. Whoever hears first of its end takes it out, and nobody takes out its successor.</summary>
    private static async Task<T> EndAsync<T>(Dictionary<ulong, Task<T>> works, ulong slot, Task<T> running)
    {
        try
        {
            return await running;
        }
        finally
        {
            ((ICollection<KeyValuePair<ulong, Task<T>>>)works).Remove(new(slot, running));
        }
    }

    public async Task<DirectorReply> RevealAsync(ulong slot, byte[][] commits)
    {
        var record = Find(slot);
        var round = Restore(record);
        if (!round.TryReveal(Decode<CommitMessage>(commits), out var reveal, out var reason))
            return new DirectorReply(null, record.Note ?? reason, record.ScoreA, record.ScoreB);
        await StoreAsync(slot, record with { Round = round.ToBytes() });
        return new DirectorReply(reveal.Encode(), record.Note, record.ScoreA, record.ScoreB, record.SampleCount);
    }

    public async Task<DirectorReply> VoteAsync(ulong slot, byte[][] reveals)
    {
        var record = Find(slot);
        var round = Restore(record);
        var repeated = round.VoteMade is not null;
        var vote = round.CastVote(Decode<RevealMessage>(reveals));
        await StoreAsync(slot, record with { Round = round.ToBytes() });
        if (!repeated)
        {
            if (vote.Vote.Statement.Verdict == Verdict.Accept)
                _accepted++;
            else
                _rejected++;
        }

        var note = record.Note ?? (vote.Vote.Statement.Verdict == Verdict.RejectSimilarity ? "its embedding is not among three that are similar" : null);
        return new DirectorReply(vote.Encode(), note, record.ScoreA, record.ScoreB);
    }

    private ulong[] SlotsInWork => [.. _commits.Keys.Union(_proposals.Keys).Order()];

    /// <summary>Believes nothing of an assignment that does not follow from the chain, and takes part where the chain gives it a seat.</summary>
    private async Task RequireSeatAsync(SlotAssignment assignment)
    {
        _chain ??= await Chain.GetHeadAsync();
        if (!_epochs.TryGetValue(assignment.Epoch, out var epoch))
        {
            epoch = await GrainFactory.GetGrain<IEpochGrain>(assignment.Epoch).GetAsync()
                ?? throw new DirectorRefusalException($"Slot {assignment.Slot}: nobody is elected for epoch {assignment.Epoch}.");
            foreach (var old in _epochs.Keys.Where(known => known + 2 < assignment.Epoch).ToArray())
                _epochs.Remove(old);
            _epochs[assignment.Epoch] = epoch;
        }

        if (AssignmentCheck.WhyNot(assignment, _chain, epoch) is { } reason)
            throw new DirectorRefusalException($"Slot {assignment.Slot}: {reason}.");
        var account = _signer.PublicKey;
        if (!epoch.Directors.Any(director => account.AsSpan().SequenceEqual(director.Account)))
            throw new DirectorRefusalException($"{account} is not a director of epoch {assignment.Epoch}.");
        _lifecycle.Observe(assignment.Epoch, EpochPhase.OnDeck);
    }

    private async Task<ClipManifest> MakeAsync(SlotAssignment assignment, CancellationToken cancellationToken)
    {
        var manifest = await OnDeviceAsync(
            assignment, (device, ended) => device.GenerateAsync(assignment, _signer.PublicKey.ToArray(), ended), cancellationToken);
        document.State.Proposals[assignment.Slot] = manifest;
        await WriteAsync();
        _proposed++;
        return manifest;
    }

    private async Task<DirectorReply> CheckAsync(SlotAssignment assignment, ClipManifest manifest, CancellationToken cancellationToken)
    {
        var secret = RandomNumberGenerator.GetBytes(Hash256.Size);
        var job = new VerificationJob(assignment, manifest, secret, options.Value.SampleCount, options.Value.Regeneration);
        var findings = await OnDeviceAsync(assignment, (device, ended) => device.VerifyAsync(job, ended), cancellationToken);
        var embedding = Embedding(findings.Embedding);
        var verdict = embedding is null && findings.Verdict == (byte)Verdict.Accept ? Verdict.RejectContent : (Verdict)findings.Verdict;
        var round = new DirectorRound(
            SlotContexts.Of(assignment, manifest.ContentRoot), Ed25519.Instance, _signer, verdict, embedding, new Hash256(secret));
        await StoreAsync(assignment.Slot, new DirectorRoundRecord(
            assignment,
            manifest.ContentRoot,
            round.ToBytes(),
            findings.Reasons.Length == 0 ? null : string.Join(" ", findings.Reasons),
            findings.ScoreA,
            findings.ScoreB,
            FrameDraw.Of(job).Length));
        LogChecked(_signer.PublicKey, assignment.Slot, verdict, findings.Seconds);
        return new DirectorReply(round.Commit?.Encode());
    }

    /// <summary>
    /// Runs a job on the best device, and on the next best when that one is gone. It ends when the slot is on air, whatever the device does: so does the draining of a director
    /// whose epoch is over.
    /// </summary>
    /// <exception cref="DirectorRefusalException">Devices that are there cannot do it. Where it is the devices that are not there, to ask again may help.</exception>
    private async Task<T> OnDeviceAsync<T>(SlotAssignment assignment, Func<IInferenceGrain, CancellationToken, Task<T>> job, CancellationToken cancellationToken)
    {
        var left = Math.Clamp((assignment.Deadline - time.GetUtcNow()).TotalSeconds, 0, s_workMax.TotalSeconds);
        using var air = new CancellationTokenSource(TimeSpan.FromSeconds(left), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, air.Token);
        var directory = GrainFactory.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices);
        var failed = new List<string>();
        var reason = "";
        var isLost = true;
        while (failed.Count < options.Value.DeviceAttempts && await directory.ChooseAsync(Convert.ToHexStringLower(assignment.ModelPackHash), [.. failed]) is { } device)
        {
            try
            {
                return await job(GrainFactory.GetGrain<IInferenceGrain>(device.Key), ended.Token).WaitAsync(ended.Token);
            }
            catch (Exception failure) when (!ended.IsCancellationRequested)
            {
                failed.Add(device.Key);
                reason = failure.Message;
                isLost &= failure is OrleansException;
                LogDevice(device.Key, failure.Message);
            }
        }

        if (failed.Count == 0)
            throw new InvalidOperationException("No device that works reports. Start a silo with the role gpu, or look at the health of those that run.");
        reason = $"No other device works: {string.Join(", ", failed)} failed ({reason}).";
        throw isLost ? new InvalidOperationException(reason) : new DirectorRefusalException(reason);
    }

    private DirectorRoundRecord Find(ulong slot) => document.State.Rounds.GetValueOrDefault(slot)
        ?? throw new DirectorRefusalException($"Slot {slot}: this director has not committed.");

    private DirectorRound Restore(DirectorRoundRecord record) =>
        DirectorRound.TryRestore(
            record.Round, SlotContexts.Of(record.Assignment, record.ContentRoot), Ed25519.Instance, _signer, out var round, out var reason)
            ? round
            : throw new DirectorRefusalException($"The stored part in slot {record.Assignment.Slot} cannot be used: {reason}.");

    private async Task StoreAsync(ulong slot, DirectorRoundRecord record)
    {
        document.State.Rounds[slot] = record;
        await WriteAsync();
    }

    private async Task WriteAsync()
    {
        document.State.Trim();
        try
        {
            await _writes.WriteAsync();
        }
        catch
        {
            // What is in memory is no longer what is stored.
            DeactivateOnIdle();
            throw;
        }
    }

    private static QuantisedEmbedding? Embedding(byte[] bytes)
    {
        var reader = new Protocol.Scale.ScaleReader(bytes);
        return bytes.Length > 0 && QuantisedEmbedding.TryRead(ref reader, out var embedding) ? embedding : null;
    }

    private static IEnumerable<T> Decode<T>(byte[][] messages)
        where T : ConsensusMessage =>
        messages.Select(bytes => ConsensusMessage.TryDecode(bytes, out var message, out _) ? message : null).OfType<T>();

    [LoggerMessage(1, LogLevel.Information, "Director {Director} has a seat in epoch {Epoch}, which is {Phase}")]
    private partial void LogSeat(AccountId director, uint epoch, EpochPhase phase);

    [LoggerMessage(2, LogLevel.Information, "Director {Director} checked slot {Slot}: {Verdict} after {Seconds:0.00} s")]
    private partial void LogChecked(AccountId director, ulong slot, Verdict verdict, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "Device {Device} failed ({Reason}); another one is asked if there is one")]
    private partial void LogDevice(string device, string reason);
}
