using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>What can be asked of the task market.</summary>
public static class TaskCalls
{
    /// <summary>Asks for a task; the pay is held until it is over.</summary>
    public sealed record CreateTaskIntent(
        Lane Lane, TaskPriority Priority, string Renderer, string InputCid, ulong ComputeBudget, uint DeadlineBlocks, UInt128 Escrow) : Call;

    /// <summary>The executor begins.</summary>
    public sealed record StartTask(ulong Task) : Call;

    /// <summary>The executor delivers.</summary>
    public sealed record SubmitResult(ulong Task, string OutputCid) : Call;

    /// <summary>A member of the committee says how good the result is, from 0 to 100.</summary>
    public sealed record SubmitAttestation(ulong Task, byte Score) : Call;

    /// <summary>The executor gives the task back. Before it began this costs nothing, later it costs reputation.</summary>
    public sealed record ReturnTask(ulong Task) : Call;

    /// <summary>The requester takes back a task that nobody has yet.</summary>
    public sealed record CancelTask(ulong Task) : Call;
}
