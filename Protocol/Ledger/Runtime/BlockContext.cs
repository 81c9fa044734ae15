using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>A block while it runs: the state with the changes so far, the events so far, and where in time it is.</summary>
public sealed class BlockContext
{
    private readonly List<EventRecord> _events;

    internal BlockContext(
        StateTrie state, LedgerParameters parameters, CallTable table, uint number, Hash256 genesisHash, Hash256 parentHash, int expectedEvents = 0, int expectedChanges = 0)
    {
        _events = new List<EventRecord>(expectedEvents);
        State = new StateOverlay(state, expectedChanges);
        Parameters = parameters;
        Table = table;
        Number = number;
        GenesisHash = genesisHash;
        ParentHash = parentHash;
    }

    /// <summary>The state, to read and write through storage items.</summary>
    public StateOverlay State { get; }

    /// <summary>The constants of the network, with what the sudo key changed.</summary>
    public LedgerParameters Parameters { get; internal set; }

    /// <summary>The block's number.</summary>
    public uint Number { get; }

    /// <summary>The hash of block 0: names the chain. Zero while block 0 itself is made.</summary>
    public Hash256 GenesisHash { get; }

    /// <summary>The hash of the block before.</summary>
    public Hash256 ParentHash { get; }

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<EventRecord> Events => _events;

    internal CallTable Table { get; }

    internal BlockPhase Phase { get; set; } = BlockPhase.Initialization;

    internal uint ExtrinsicIndex { get; set; }

    /// <summary>Reports that something happened.</summary>
    public void Deposit(LedgerEvent value) => _events.Add(new EventRecord(Phase, Phase == BlockPhase.ApplyExtrinsic ? ExtrinsicIndex : 0, value));

    /// <summary>Runs <paramref name="action"/> wholly or not at all: a failure leaves no change and no event.</summary>
    public DispatchResult Transact(Func<DispatchResult> action)
    {
        var (mark, events) = (State.Mark(), _events.Count);
        return KeepOrUndo(action(), mark, events);
    }

    /// <summary>Makes a call, wholly or not at all.</summary>
    internal DispatchResult Transact(CallDefinition definition, in Origin origin, Call call)
    {
        var (mark, events) = (State.Mark(), _events.Count);
        return KeepOrUndo(definition.Dispatch(this, origin, call), mark, events);
    }

    private DispatchResult KeepOrUndo(DispatchResult result, int mark, int events)
    {
        if (result.IsError)
        {
            State.RollBack(mark);
            _events.RemoveRange(events, _events.Count - events);
        }

        return result;
    }
}
