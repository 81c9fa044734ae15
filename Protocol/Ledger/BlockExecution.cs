using System.Buffers;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.Extrinsics;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.FrameSystem;
using Nsn.Protocol.Ledger.Pallets.Parameters;
using Nsn.Protocol.Ledger.Pallets.TransactionPayment;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger;

/// <summary>One block from its start hooks to its header.</summary>
internal sealed class BlockExecution
{
    private const int ExpectedMax = 16_384;
    private const int EventsPerExtrinsic = 3;

    private readonly LedgerRuntime _runtime;
    private readonly LedgerState _parent;
    private readonly SignatureCheck _signatures;
    private readonly BlockContext _context;
    private readonly List<ExtrinsicOutcome> _outcomes;
    private CallDefinition? _feeOf;
    private LedgerParameters? _feeUnder;
    private UInt128 _feeByWeight;
    private bool _started;
    private ulong _weight;
    private long _bytes;

    /// <summary>Before the first extrinsic.</summary>
    /// <param name="runtime">The rules.</param>
    /// <param name="parent">The ledger after the block before.</param>
    /// <param name="signatures">Who answers for the signatures.</param>
    /// <param name="expected">How many extrinsics may come, if known: room is made for them at once.</param>
    public BlockExecution(LedgerRuntime runtime, LedgerState parent, SignatureCheck signatures, int expected = 0)
    {
        expected = Math.Clamp(expected, 0, ExpectedMax);
        _outcomes = new List<ExtrinsicOutcome>(expected);
        _runtime = runtime;
        _parent = parent;
        _signatures = signatures;
        _context = new BlockContext(
            parent.Storage, ParametersPallet.Resolve(runtime.Parameters, parent.Storage), LedgerRuntime.Calls, parent.Number + 1, parent.GenesisHash, parent.Hash,
            expected * EventsPerExtrinsic, expected);
    }

    /// <summary>Whether an extrinsic may be next; if so, also its fee and the account that pays it.</summary>
    public TransactionError Check(Extrinsic extrinsic, out UInt128 fee, out AccountInfo account)
    {
        fee = 0;
        account = default;
        var (_, definition) = _context.Table.DefinitionOf(extrinsic.Call);
        if (!extrinsic.IsSigned)
        {
            return definition.Origin == OriginKind.Inherent ? TransactionError.None : TransactionError.BadInherent;
        }

        if (definition.Origin == OriginKind.Inherent)
        {
            return TransactionError.BadInherent;
        }

        if (_weight + Weights.BaseExtrinsic + definition.Weight > Weights.NormalExtrinsics || _bytes + extrinsic.Bytes.Length > Weights.ExtrinsicBytes)
        {
            return TransactionError.BlockFull;
        }

        account = SystemStorage.Account.Get(_context.State, extrinsic.Signer);
        if (extrinsic.Nonce != account.Nonce)
        {
            return extrinsic.Nonce < account.Nonce ? TransactionError.StaleNonce : TransactionError.FutureNonce;
        }

        var feeWithoutTip = FeeWithoutTip(definition, extrinsic.Bytes.Length);
        if (extrinsic.Tip > UInt128.MaxValue - feeWithoutTip || account.Data.Usable < feeWithoutTip + extrinsic.Tip
            || account.Data.Free - feeWithoutTip - extrinsic.Tip < _context.Parameters.ExistentialDeposit)
        {
            return TransactionError.CannotPay;
        }

        fee = feeWithoutTip + extrinsic.Tip;
        return CheckSignature(extrinsic);
    }

    /// <summary>Carries out an extrinsic, unless it may not be in the block.</summary>
    public TransactionError TryInclude(Extrinsic extrinsic)
    {
        Start();
        var reason = Check(extrinsic, out var fee, out var payer);
        if (reason != TransactionError.None)
        {
            return reason;
        }

        var (_, definition) = _context.Table.DefinitionOf(extrinsic.Call);
        var weight = Weights.BaseExtrinsic + definition.Weight;
        var origin = extrinsic.IsSigned ? Origin.Signed(extrinsic.Signer) : Origin.Inherent;
        _context.ExtrinsicIndex = (uint)_outcomes.Count;
        if (extrinsic.IsSigned)
        {
            Tokens.ChargeFee(_context, extrinsic.Signer, payer, fee);
        }

        var result = _context.Transact(definition, origin, extrinsic.Call);
        if (!extrinsic.IsSigned && result.IsError)
        {
            return TransactionError.BadInherent;
        }

        if (extrinsic.IsSigned)
        {
            fee = SettleFee(extrinsic, fee, result);
        }

        _context.Deposit(result.IsError ? new SystemEvents.ExtrinsicFailed(result.Error, weight) : new SystemEvents.ExtrinsicSuccess(weight, result.PaysFee));
        _context.State.ForgetMarks();
        _weight += extrinsic.IsSigned ? weight : 0;
        _bytes += extrinsic.Bytes.Length;
        _outcomes.Add(new ExtrinsicOutcome(extrinsic, result, fee));
        return TransactionError.None;
    }

    /// <summary>Runs the end hooks and seals the state.</summary>
    public SealedBlock Finish()
    {
        Start();
        _context.Phase = BlockPhase.Finalization;
        foreach (var pallet in _context.Table.Pallets)
        {
            pallet.OnFinalize?.Invoke(_context);
        }

        foreach (var pallet in _context.Table.Pallets)
        {
            pallet.OnClose?.Invoke(_context);
        }

        WriteEvents();
        var storage = _context.State.Commit();
        var extrinsics = _outcomes.Select(static outcome => outcome.Extrinsic.Raw).ToArray();
        var header = new BlockHeader(_parent.Hash, _context.Number, storage.Root, Block.ExtrinsicsRootOf(extrinsics));
        return new SealedBlock(new Block(header, extrinsics), new LedgerState(header, storage, _parent.GenesisHash), _context.Events, _outcomes, []);
    }

    // Blocks are mostly of one call: its part of the fee is worked out once, not divided out anew.
    private UInt128 FeeWithoutTip(CallDefinition definition, int bytes)
    {
        if (_feeOf != definition || !ReferenceEquals(_feeUnder, _context.Parameters))
        {
            (_feeOf, _feeUnder) = (definition, _context.Parameters);
            _feeByWeight = TransactionPaymentPallet.FeeOf(_context.Parameters, definition.Weight, 0);
        }

        return _feeByWeight + (_context.Parameters.FeePerByte * (uint)bytes);
    }

    private UInt128 SettleFee(Extrinsic extrinsic, UInt128 fee, DispatchResult result)
    {
        if (!result.IsError && !result.PaysFee)
        {
            Tokens.RefundFee(_context, extrinsic.Signer, fee - extrinsic.Tip);
            fee = extrinsic.Tip;
        }

        _context.Deposit(new TransactionPaymentEvents.TransactionFeePaid(extrinsic.Signer, fee, extrinsic.Tip));
        return fee;
    }

    private TransactionError CheckSignature(Extrinsic extrinsic)
    {
        var birthHash = _parent.GenesisHash;
        if (!extrinsic.Era.IsImmortal)
        {
            // The parent's hash enters the map at the start of this block; before that, look at the parent itself.
            var birth = extrinsic.Era.BirthBlock(_parent.Number);
            if (birth == _parent.Number)
            {
                birthHash = _parent.Hash;
            }
            else if (!SystemStorage.BlockHash.TryGet(_context.State, birth, out birthHash))
            {
                return TransactionError.BadMortality;
            }

            if (extrinsic.Era.DeathBlock(_parent.Number) <= _parent.Number)
            {
                return TransactionError.BadMortality;
            }
        }

        var parameters = _runtime.Parameters;
        var signing = new SigningContext(_parent.GenesisHash, birthHash, parameters.SpecVersion, parameters.TransactionVersion);
        return _signatures == SignatureCheck.AlreadyVerified || extrinsic.VerifySignature(signing) ? TransactionError.None : TransactionError.BadSignature;
    }

    private void Start()
    {
        if (_started)
        {
            return;
        }

        _started = true;
        foreach (var pallet in _context.Table.Pallets)
        {
            pallet.OnInitialize?.Invoke(_context);
        }

        _context.State.ForgetMarks();
        _context.Phase = BlockPhase.ApplyExtrinsic;
    }

    private void WriteEvents()
    {
        var events = _context.Events;
        var buffer = ArrayPool<byte>.Shared.Rent(64 + (events.Count * 96));
        var writer = new ScaleWriter(buffer);
        writer.WriteVector(events, _context.Table.EventRecordCodec.Encode);
        _context.State.Set(SystemPallet.EventsKey, writer.ToArray());
        ArrayPool<byte>.Shared.Return(buffer);
        SystemStorage.EventCount.Set(_context.State, (uint)events.Count);
    }
}
