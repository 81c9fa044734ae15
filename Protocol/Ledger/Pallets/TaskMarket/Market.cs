using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Agenda;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>The life of a task up to its result. Every state has a deadline on the agenda, so every task ends.</summary>
internal static class Market
{
    public const byte Assign = 0;
    public const byte LeaseEnds = 1;
    public const byte Forget = 2;

    public static DispatchResult Create(BlockContext context, AccountId who, TaskCalls.CreateTaskIntent call)
    {
        if (call.DeadlineBlocks == 0 || call.DeadlineBlocks > uint.MaxValue / 4)
        {
            return TaskErrors.InvalidDeadline;
        }

        if (!Registry.Renderers.TryGet(context.State, call.Renderer, out var renderer))
        {
            return TaskErrors.RendererNotRegistered;
        }

        if (renderer.Lane != call.Lane)
        {
            return TaskErrors.RendererLaneMismatch;
        }

        if (call.InputCid.Length == 0)
        {
            return TaskErrors.InvalidCid;
        }

        if (call.Escrow < context.Parameters.EscrowMin)
        {
            return TaskErrors.InsufficientEscrow;
        }

        if (TaskStorage.OpenCount.Get(context.State, call.Lane) >= context.Parameters.OpenTasksPerLane)
        {
            return TaskErrors.TooManyPendingTasks;
        }

        if (Tokens.Hold(context, HoldReason.TaskEscrow, who, call.Escrow) is { IsError: true } refusal)
        {
            return refusal;
        }

        var id = TaskStorage.NextTask.Get(context.State);
        TaskStorage.NextTask.Set(context.State, id + 1);
        var terms = new TaskTerms(
            call.Lane, call.Priority, who, call.Escrow, context.Number, context.Number + call.DeadlineBlocks, call.Renderer, call.InputCid, call.ComputeBudget);
        TaskStorage.Tasks.Set(context.State, id, new TaskRecord(terms, TaskState.Open, null, 0, 0, null, []));
        CountOpen(context, call.Lane, 1);
        Schedule(context, context.Number + 1, Assign, id, 0);
        context.Deposit(new TaskEvents.TaskCreated(id, who, call.Lane, call.Escrow));
        return DispatchResult.Ok;
    }

    public static DispatchResult Start(BlockContext context, AccountId who, TaskCalls.StartTask call)
    {
        if (!TaskStorage.Tasks.TryGet(context.State, call.Task, out var task))
        {
            return TaskErrors.TaskNotFound;
        }

        if (task.Status != TaskState.Assigned)
        {
            return TaskErrors.TaskNotAssigned;
        }

        if (task.Executor != who)
        {
            return TaskErrors.NotExecutor;
        }

        TaskStorage.Tasks.Set(context.State, call.Task, task with { Status = TaskState.Executing });
        context.Deposit(new TaskEvents.TaskStarted(call.Task));
        return DispatchResult.Ok;
    }

    public static DispatchResult Submit(BlockContext context, AccountId who, TaskCalls.SubmitResult call)
    {
        if (!TaskStorage.Tasks.TryGet(context.State, call.Task, out var task))
        {
            return TaskErrors.TaskNotFound;
        }

        if (task.Status is not (TaskState.Assigned or TaskState.Executing))
        {
            return TaskErrors.TaskNotAssigned;
        }

        if (task.Executor != who)
        {
            return TaskErrors.NotExecutor;
        }

        if (call.OutputCid.Length == 0)
        {
            return TaskErrors.InvalidCid;
        }

        if (context.Number > task.Lease)
        {
            return TaskErrors.LeaseExpired;
        }

        CountLoad(context, who, -1);
        var submitted = task with
        {
            Status = TaskState.PendingVerification,
            OutputCid = call.OutputCid,
            Lease = context.Number + context.Parameters.VerificationBlocks,
            Committee = Assignment.DrawCommittee(context, call.Task, task),
        };
        TaskStorage.Tasks.Set(context.State, call.Task, submitted);
        Schedule(context, submitted.Lease + 1, LeaseEnds, call.Task, submitted.Lease);
        context.Deposit(new TaskEvents.TaskSubmitted(call.Task, call.OutputCid, submitted.Committee));
        return DispatchResult.Ok;
    }

    public static DispatchResult Return(BlockContext context, AccountId who, TaskCalls.ReturnTask call)
    {
        if (!TaskStorage.Tasks.TryGet(context.State, call.Task, out var task))
        {
            return TaskErrors.TaskNotFound;
        }

        if (task.Status is not (TaskState.Assigned or TaskState.Executing))
        {
            return TaskErrors.TaskNotAssigned;
        }

        if (task.Executor != who)
        {
            return TaskErrors.NotExecutor;
        }

        if (task.Status == TaskState.Executing)
        {
            Reputations.Record(context, who, ReputationEventKind.TaskFailed, context.Number);
        }

        GiveBack(context, call.Task, task, timedOut: false);
        return DispatchResult.Ok;
    }

    public static DispatchResult Cancel(BlockContext context, AccountId who, TaskCalls.CancelTask call)
    {
        if (!TaskStorage.Tasks.TryGet(context.State, call.Task, out var task))
        {
            return TaskErrors.TaskNotFound;
        }

        if (task.Terms.Requester != who)
        {
            return TaskErrors.NotRequester;
        }

        if (task.Status != TaskState.Open)
        {
            return TaskErrors.TaskNotOpen;
        }

        CountOpen(context, task.Terms.Lane, -1);
        End(context, call.Task, task, TaskState.Cancelled);
        return DispatchResult.Ok;
    }

    public static DispatchResult OnDue(BlockContext context, byte kind, byte[] key)
    {
        var (id, stamp) = s_key.Decode(key);
        if (!TaskStorage.Tasks.TryGet(context.State, id, out var task))
        {
            return DispatchResult.Ok;
        }

        switch (kind)
        {
            case Assign when task.Status == TaskState.Open:
                TryAssign(context, id, task);
                break;
            case LeaseEnds when task.Lease == stamp && task.Status is TaskState.Assigned or TaskState.Executing:
                Staking.Slash(context, task.Executor!.Value, context.Parameters.TaskSlash, SlashReason.TaskAbandonment);
                Reputations.Record(context, task.Executor.Value, ReputationEventKind.TaskFailed, context.Number);
                GiveBack(context, id, task, timedOut: true);
                break;
            case LeaseEnds when task.Lease == stamp && task.Status == TaskState.PendingVerification:
                Verification.Decide(context, id, task);
                break;
            case Forget:
                TaskStorage.Tasks.Remove(context.State, id);
                break;
        }

        return DispatchResult.Ok;
    }

    /// <summary>Gives the pay back and closes the task.</summary>
    public static void End(BlockContext context, ulong id, TaskRecord task, TaskState status)
    {
        if (Tokens.Release(context, HoldReason.TaskEscrow, task.Terms.Requester, task.Terms.Escrow) is { IsError: true } refusal)
        {
            throw new InvalidOperationException($"The pay of a task is not held: {refusal}.");
        }

        Close(context, id, task, status);
        context.Deposit(new TaskEvents.TaskEnded(id, status));
    }

    /// <summary>Nothing more happens to the task; it is forgotten after a while.</summary>
    public static void Close(BlockContext context, ulong id, TaskRecord task, TaskState status)
    {
        TaskStorage.Tasks.Set(context.State, id, task with { Status = status });
        foreach (var (validator, _) in TaskStorage.Attestations.Entries(context.State, id).ToArray())
        {
            TaskStorage.Attestations.Remove(context.State, id, validator);
        }

        Schedule(context, context.Number + context.Parameters.RetentionBlocks, Forget, id, 0);
    }

    private static readonly Codec<(ulong Task, uint Stamp)> s_key = Codec.Pair(Codec.U64, Codec.U32);

    private static void TryAssign(BlockContext context, ulong id, TaskRecord task)
    {
        if (context.Number > task.Terms.Deadline)
        {
            CountOpen(context, task.Terms.Lane, -1);
            End(context, id, task, TaskState.Expired);
            return;
        }

        if (Assignment.DrawExecutor(context, id, task) is not { } executor)
        {
            var pause = task.Terms.Priority switch { TaskPriority.High => 2u, TaskPriority.Normal => 5u, _ => 10u };
            Schedule(context, context.Number + pause, Assign, id, 0);
            return;
        }

        CountOpen(context, task.Terms.Lane, -1);
        CountLoad(context, executor, 1);
        var lease = Math.Min(context.Number + context.Parameters.ExecutionBlocks, task.Terms.Deadline);
        TaskStorage.Tasks.Set(context.State, id, task with { Status = TaskState.Assigned, Executor = executor, Lease = lease });
        Schedule(context, lease + 1, LeaseEnds, id, lease);
        context.Deposit(new TaskEvents.TaskAssigned(id, executor, lease));
    }

    private static void GiveBack(BlockContext context, ulong id, TaskRecord task, bool timedOut)
    {
        CountLoad(context, task.Executor!.Value, -1);
        context.Deposit(new TaskEvents.TaskReturned(id, task.Executor.Value, timedOut));
        var reopened = task with { Status = TaskState.Open, Attempt = task.Attempt + 1, Lease = 0 };
        if (reopened.Attempt >= context.Parameters.TaskAttemptsMax)
        {
            End(context, id, reopened, TaskState.Failed);
            return;
        }

        CountOpen(context, task.Terms.Lane, 1);
        TaskStorage.Tasks.Set(context.State, id, reopened);
        Schedule(context, context.Number + 1, Assign, id, 0);
    }

    private static void Schedule(BlockContext context, uint block, byte kind, ulong id, uint stamp) =>
        AgendaPallet.Schedule(context, block, TaskMarketPallet.Index, kind, s_key.Encode((id, stamp)));

    private static void CountOpen(BlockContext context, Lane lane, int change) =>
        TaskStorage.OpenCount.Set(context.State, lane, checked((uint)(TaskStorage.OpenCount.Get(context.State, lane) + change)));

    private static void CountLoad(BlockContext context, in AccountId executor, int change)
    {
        var load = checked((uint)(TaskStorage.Load.Get(context.State, executor) + change));
        if (load == 0)
        {
            TaskStorage.Load.Remove(context.State, executor);
        }
        else
        {
            TaskStorage.Load.Set(context.State, executor, load);
        }
    }
}
