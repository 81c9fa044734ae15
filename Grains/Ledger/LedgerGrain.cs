using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Nsn.Grains.Telemetry;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Metadata;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Grains.Ledger;

/// <summary>
/// The chain's only writer. Blocks lie on a grid of time: block n is due at anchor + n block times; after a pause the missing ones are
/// sealed at once, so that slots stay where the clock says. A block is journaled first, then it is the head; should another activation have
/// journaled that number, this one ends and the next call finds one that has read the journal again.
/// </summary>
[Reentrant, KeepAlive]
internal sealed partial class LedgerGrain(
    ILedgerJournal journal,
    IOptions<LedgerOptions> options,
    TimeProvider time,
    IHostApplicationLifetime silo,
    GrainMetrics metrics,
    ILogger<LedgerGrain> logger) : Grain, ILedgerGrain
{
    // A pause longer than this is not caught up block by block: the grid is laid anew from now on.
    private static readonly TimeSpan s_catchUpMax = TimeSpan.FromMinutes(2);
    private const int BlocksPerTickMax = 64;
    private const int KeysMax = 1000;
    private readonly Dictionary<Hash256, PooledExtrinsic> _pool = [];
    private LedgerRuntime _runtime = null!;
    private LedgerState _state = null!;
    private ChainTiming _timing = null!;
    private DateTimeOffset _sealedAt;
    private ulong _snapshotBlock;
    private bool _sealing;

    private string Chain => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_runtime, _state) = DevChain.Start();
        var parameters = _runtime.Parameters;
        _timing = new ChainTiming(
            TimeSpan.FromMilliseconds(parameters.BlockMilliseconds), parameters.BlocksPerSlot, parameters.BlocksPerEpoch, parameters.OnDeckBlocks);
        _sealedAt = time.GetUtcNow();
        await RestoreAsync(cancellationToken);
        var period = _timing.BlockTime / 4;
        this.RegisterGrainTimer(SealAsync, new GrainTimerCreationOptions(period, period) { Interleave = true, KeepAlive = true });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        foreach (var waiting in _pool.Values)
            waiting.Abandon(Moved());
        _pool.Clear();
        metrics.ChainLeft(Chain);
        return Task.CompletedTask;
    }

    public Task<ChainHead> GetHeadAsync() => Task.FromResult(
        new ChainHead(Chain, _state.GenesisHash.ToArray(), _state.Number, _state.Hash.ToArray(), _sealedAt, _timing));

    public async Task<ExtrinsicReceipt> SubmitAsync(byte[] extrinsic)
    {
        // A silo that stops waits for calls like this one, and seals no more blocks meanwhile.
        var stops = silo.ApplicationStopping;
        try
        {
            return await Pool(extrinsic).WaitAsync(stops);
        }
        catch (OperationCanceledException) when (stops.IsCancellationRequested)
        {
            throw Moved();
        }
    }

    private static InvalidOperationException Moved() =>
        new("The ledger moved before the extrinsic was in a block. Send the same bytes again: the nonce keeps it from applying twice.");

    private Task<ExtrinsicReceipt> Pool(byte[] extrinsic)
    {
        if (!Extrinsic.TryDecode(LedgerRuntime.Calls, extrinsic, out var decoded, out var error))
            return Refused(Blake2b.Hash256(extrinsic), error.ToString());
        if (_pool.TryGetValue(decoded.Hash, out var known))
            return known.Receipt;
        error = decoded.IsSigned ? _runtime.Validate(_state, decoded) : TransactionError.BadInherent;
        if (error is not (TransactionError.None or TransactionError.FutureNonce))
            return Refused(decoded.Hash, error.ToString());
        if (_pool.Count >= options.Value.PoolMax)
            return Refused(decoded.Hash, "PoolFull");
        var pooled = new PooledExtrinsic(decoded, _state.Number);
        _pool.Add(decoded.Hash, pooled);
        return pooled.Receipt;
    }

    private Task<ExtrinsicReceipt> Refused(in Hash256 hash, string reason)
    {
        metrics.ExtrinsicEnded(ExtrinsicFate.Refused);
        return Task.FromResult(new ExtrinsicReceipt(hash.ToArray(), null, reason, []));
    }

    public Task<uint> GetNextNonceAsync(byte[] account)
    {
        var id = new AccountId(account);
        var nonce = LedgerRuntime.NonceOf(_state.Storage, id);
        foreach (var waiting in _pool.Values.Select(pooled => pooled.Extrinsic).Where(extrinsic => extrinsic.Signer == id).OrderBy(extrinsic => extrinsic.Nonce))
        {
            if (waiting.Nonce == nonce)
                nonce++;
        }

        return Task.FromResult(nonce);
    }

    public Task<byte[]?> GetStorageAsync(byte[] key) => Task.FromResult(_state.Storage.Get(new StorageKey(key)));

    public Task<byte[][]> GetKeysAsync(byte[] prefix, int count, byte[]? after) => Task.FromResult<byte[][]>(
        [.. _state.Storage.Iterate(new StorageKey(prefix), after is null ? null : new StorageKey(after)).Take(Math.Clamp(count, 0, KeysMax)).Select(entry => entry.Key.Span.ToArray())]);

    public Task<RuntimeInfo> GetRuntimeAsync()
    {
        var parameters = _runtime.Parameters;
        return Task.FromResult(new RuntimeInfo(
            parameters.SpecVersion, parameters.TransactionVersion, parameters.Ss58Prefix, RuntimeMetadata.Encode(_runtime.ParametersAt(_state))));
    }

    public Task<EpochInfo?> GetEpochAsync(uint epoch) => Task.FromResult(DevChain.EpochOf(_state, epoch));

    public Task<byte[]?> GetCertificateAsync(ulong slot) => Task.FromResult(DevChain.CertificateOf(_state, slot));

    public async Task<BlockInfo?> GetBlockAsync(ulong number)
    {
        if (await journal.FindAsync(Chain, number) is not { } found || !Block.TryDecode(found.Bytes, out var block, out _))
            return null;
        return new BlockInfo(number, block.Header.Hash.ToArray(), BlockHeader.Codec.Encode(block.Header), [.. block.Extrinsics]);
    }

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (await journal.ReadSnapshotAsync(Chain, cancellationToken) is { } snapshot)
        {
            if (SnapshotCodec.TryDecode(snapshot.State, _state.GenesisHash, out var restored))
                _state = restored!;
            else
                LogSnapshotRefused(snapshot.Block);
        }

        _snapshotBlock = _state.Number;
        var applied = 0;
        await foreach (var journaled in journal.ReadAsync(Chain, _state.Number + 1UL, cancellationToken))
        {
            if (!Block.TryDecode(journaled.Bytes, out var block, out _)
                || !_runtime.TryApply(_state, block, out var result, out var reason, SignatureCheck.AlreadyVerified))
            {
                throw new InvalidOperationException(
                    $"Block {journaled.Number} of the journal does not apply. The journal belongs to another chain or version: restore it, or start afresh with 'AppHost -- reset'.");
            }

            _state = result.State;
            _sealedAt = journaled.SealedAt;
            applied++;
        }

        var behind = time.GetUtcNow() - _sealedAt;
        if (behind > s_catchUpMax || behind < -_timing.BlockTime)
            _sealedAt = time.GetUtcNow();
        LogRestored(Chain, _state.Number, applied);
    }

    private async Task SealAsync(CancellationToken cancellationToken)
    {
        if (_sealing)
            return;
        _sealing = true;
        try
        {
            for (var sealedNow = 0; sealedNow < BlocksPerTickMax && time.GetUtcNow() >= _sealedAt + _timing.BlockTime; sealedNow++)
            {
                if (!await SealOneAsync(cancellationToken))
                    return;
            }

            if (_state.Number >= _snapshotBlock + (ulong)options.Value.SnapshotBlocks)
                await SnapshotAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotSealed(failure.Message, _state.Number + 1);
        }
        finally
        {
            _sealing = false;
        }
    }

    private async Task<bool> SealOneAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var due = _sealedAt + _timing.BlockTime;
        var candidates = _pool.Values.OrderBy(pooled => pooled.Extrinsic.Nonce).ToArray();
        var result = _runtime.Seal(
            _state, (ulong)due.ToUnixTimeMilliseconds(), candidates.Select(pooled => pooled.Extrinsic), SignatureCheck.AlreadyVerified);
        var number = (ulong)result.Block.Header.Number;
        var bytes = result.Block.Encode();
        if (!await journal.TryAppendAsync(Chain, new JournaledBlock(number, bytes, due), cancellationToken)
            && (await journal.FindAsync(Chain, number, cancellationToken))?.Bytes.AsSpan().SequenceEqual(bytes) != true)
        {
            LogOvertaken(Chain, number);
            DeactivateOnIdle();
            return false;
        }

        _state = result.State;
        _sealedAt = due;
        Settle(result, number);
        metrics.BlockSealed(Stopwatch.GetElapsedTime(started));
        metrics.ChainIs(Chain, number, _pool.Count);
        foreach (var election in result.Events.Select(record => record.Event).OfType<DirectorEvents.OnDeckElection>())
            metrics.Elected(election.Directors.Count > 0);
        return true;
    }

    /// <summary>Tells those who wait what became of their extrinsics.</summary>
    private void Settle(SealedBlock result, ulong number)
    {
        for (var index = 0; index < result.Outcomes.Count; index++)
        {
            var outcome = result.Outcomes[index];
            if (!_pool.Remove(outcome.Extrinsic.Hash, out var pooled))
                continue;
            var place = (uint)index;
            var events = result.Events.Where(e => e.Phase == Protocol.Ledger.Runtime.BlockPhase.ApplyExtrinsic && e.Extrinsic == place)
                .Select(e => LedgerRuntime.Calls.NameOf(e.Event));
            metrics.ExtrinsicEnded(outcome.Result.IsError ? ExtrinsicFate.Failed : ExtrinsicFate.Applied);
            pooled.Complete(number, outcome.Result.IsError ? outcome.Result.Error.Name : null, [.. events]);
        }

        foreach (var rejected in result.Rejected)
        {
            var waits = rejected.Reason is TransactionError.FutureNonce or TransactionError.BlockFull;
            if (_pool.TryGetValue(rejected.Extrinsic.Hash, out var pooled) && (!waits || pooled.Since + PooledExtrinsic.WaitBlocks < number))
            {
                _pool.Remove(rejected.Extrinsic.Hash);
                metrics.ExtrinsicEnded(ExtrinsicFate.Refused);
                pooled.Complete(null, rejected.Reason.ToString(), []);
            }
        }
    }

    private async Task SnapshotAsync(CancellationToken cancellationToken)
    {
        var state = _state;
        _snapshotBlock = state.Number;
        var bytes = await Task.Run(() => SnapshotCodec.Encode(state), cancellationToken);
        await journal.WriteSnapshotAsync(Chain, new LedgerSnapshot(state.Number, bytes), cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Ledger {Chain} is at block {Block}; {Applied} blocks were applied from the journal")]
    private partial void LogRestored(string chain, uint block, int applied);

    [LoggerMessage(2, LogLevel.Warning, "The snapshot at block {Block} does not have the root it should have; the journal is applied from the start")]
    private partial void LogSnapshotRefused(ulong block);

    [LoggerMessage(3, LogLevel.Warning, "Block {Block} could not be journaled ({Reason}); tried again in a moment")]
    private partial void LogNotSealed(string reason, ulong block);

    [LoggerMessage(4, LogLevel.Warning, "Ledger {Chain}: block {Block} was sealed by another activation; this one ends")]
    private partial void LogOvertaken(string chain, ulong block);
}
