using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>A part of the ledger: what it keeps, what can be asked of it, what it reports, and what it does at the edges of a block.</summary>
/// <param name="Index">The index byte in calls, events and errors.</param>
/// <param name="Name">As clients see it; also the first half of its storage keys.</param>
public sealed record Pallet(byte Index, string Name)
{
    /// <summary>What can be asked of it.</summary>
    public IReadOnlyList<CallDefinition> Calls { get; init; } = [];

    /// <summary>What it reports.</summary>
    public IReadOnlyList<EventDefinition> Events { get; init; } = [];

    /// <summary>Why it refuses; the place in the list is the error's code.</summary>
    public IReadOnlyList<DispatchError> Errors { get; init; } = [];

    /// <summary>What it keeps.</summary>
    public IReadOnlyList<StorageItem> Storage { get; init; } = [];

    /// <summary>What clients read as constants: name, SCALE shape and SCALE bytes, for given parameters.</summary>
    public Func<LedgerParameters, IReadOnlyList<PalletConstant>> Constants { get; init; } = static _ => [];

    /// <summary>Runs at the start of each block, in the order of the indexes.</summary>
    public Action<BlockContext>? OnInitialize { get; init; }

    /// <summary>Runs at the end of each block, in the order of the indexes.</summary>
    public Action<BlockContext>? OnFinalize { get; init; }

    /// <summary>Runs after the end of all pallets, when nothing else can happen in the block.</summary>
    public Action<BlockContext>? OnClose { get; init; }

    /// <summary>Carries out what the pallet put on the <see cref="Pallets.Agenda.AgendaPallet"/> for a block.</summary>
    public Func<BlockContext, byte, byte[], DispatchResult>? OnDue { get; init; }
}
