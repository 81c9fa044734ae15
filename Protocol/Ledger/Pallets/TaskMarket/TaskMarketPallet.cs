using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>Compute for pay.</summary>
public static class TaskMarketPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnTaskMarket";

    internal const byte Index = 56;
    private static readonly Codec<string> s_cid = Codec.Text(128);
    private static readonly Codec<Lane> s_lane = Codec.Enumeration<Lane>();

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(Index, Name)
    {
        Calls =
        [
            CallDefinition.Signed<TaskCalls.CreateTaskIntent>(0, "create_task_intent", Weights.Of(7, 7),
                Codec.Record<TaskCalls.CreateTaskIntent>("create_task_intent")
                    .With("lane", s_lane, static c => c.Lane).With("priority", Codec.Enumeration<TaskPriority>(), static c => c.Priority)
                    .With("renderer_id", Codec.Text(64), static c => c.Renderer).With("input_cid", s_cid, static c => c.InputCid)
                    .With("compute_budget", Codec.U64, static c => c.ComputeBudget).With("deadline_blocks", Codec.U32, static c => c.DeadlineBlocks)
                    .With("escrow", Codec.U128, static c => c.Escrow)
                    .Build(static (lane, priority, renderer, input, budget, deadline, escrow) => new(lane, priority, renderer, input, budget, deadline, escrow)),
                Market.Create),
            CallDefinition.Signed<TaskCalls.StartTask>(1, "start_task", Weights.Of(1, 1),
                Codec.Record<TaskCalls.StartTask>("start_task").With("task", Codec.U64, static c => c.Task).Build(static task => new(task)), Market.Start),
            CallDefinition.Signed<TaskCalls.SubmitResult>(2, "submit_result", Weights.Of(2000, 5),
                Codec.Record<TaskCalls.SubmitResult>("submit_result").With("task", Codec.U64, static c => c.Task).With("output_cid", s_cid, static c => c.OutputCid)
                    .Build(static (task, output) => new(task, output)),
                Market.Submit),
            CallDefinition.Signed<TaskCalls.SubmitAttestation>(3, "submit_attestation", Weights.Of(230, 440),
                Codec.Record<TaskCalls.SubmitAttestation>("submit_attestation").With("task", Codec.U64, static c => c.Task).With("score", Codec.U8, static c => c.Score)
                    .Build(static (task, score) => new(task, score)),
                Verification.Attest),
            CallDefinition.Signed<TaskCalls.ReturnTask>(4, "return_task", Weights.Of(6, 8),
                Codec.Record<TaskCalls.ReturnTask>("return_task").With("task", Codec.U64, static c => c.Task).Build(static task => new(task)), Market.Return),
            CallDefinition.Signed<TaskCalls.CancelTask>(5, "cancel_task", Weights.Of(4, 6),
                Codec.Record<TaskCalls.CancelTask>("cancel_task").With("task", Codec.U64, static c => c.Task).Build(static task => new(task)), Market.Cancel),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<TaskEvents.TaskCreated>("TaskCreated")
                .With("task", Codec.U64, static e => e.Task).With("requester", Codec.Account, static e => e.Requester).With("lane", s_lane, static e => e.Lane)
                .With("escrow", Codec.U128, static e => e.Escrow).Build(static (task, requester, lane, escrow) => new(task, requester, lane, escrow))),
            EventDefinition.Of(1, Codec.Record<TaskEvents.TaskAssigned>("TaskAssigned")
                .With("task", Codec.U64, static e => e.Task).With("executor", Codec.Account, static e => e.Executor).With("lease", Codec.U32, static e => e.Lease)
                .Build(static (task, executor, lease) => new(task, executor, lease))),
            EventDefinition.Of(2, Codec.Record<TaskEvents.TaskStarted>("TaskStarted").With("task", Codec.U64, static e => e.Task).Build(static task => new(task))),
            EventDefinition.Of(3, Codec.Record<TaskEvents.TaskSubmitted>("TaskSubmitted")
                .With("task", Codec.U64, static e => e.Task).With("output_cid", s_cid, static e => e.OutputCid)
                .With("committee", Codec.Vector(Codec.Account, 16), static e => e.Committee).Build(static (task, output, committee) => new(task, output, committee))),
            EventDefinition.Of(4, Codec.Record<TaskEvents.AttestationSubmitted>("AttestationSubmitted")
                .With("task", Codec.U64, static e => e.Task).With("validator", Codec.Account, static e => e.Validator).With("score", Codec.U8, static e => e.Score)
                .Build(static (task, validator, score) => new(task, validator, score))),
            EventDefinition.Of(5, Codec.Record<TaskEvents.TaskVerified>("TaskVerified")
                .With("task", Codec.U64, static e => e.Task).With("executor", Codec.Account, static e => e.Executor)
                .With("payment", Codec.U128, static e => e.Payment).With("score", Codec.U8, static e => e.Score)
                .Build(static (task, executor, payment, score) => new(task, executor, payment, score))),
            EventDefinition.Of(6, Codec.Record<TaskEvents.TaskRejected>("TaskRejected")
                .With("task", Codec.U64, static e => e.Task).With("executor", Codec.Account, static e => e.Executor).With("score", Codec.U8, static e => e.Score)
                .Build(static (task, executor, score) => new(task, executor, score))),
            EventDefinition.Of(7, Codec.Record<TaskEvents.TaskReturned>("TaskReturned")
                .With("task", Codec.U64, static e => e.Task).With("executor", Codec.Account, static e => e.Executor).With("timed_out", Codec.Bool, static e => e.TimedOut)
                .Build(static (task, executor, timedOut) => new(task, executor, timedOut))),
            EventDefinition.Of(8, Codec.Record<TaskEvents.TaskEnded>("TaskEnded")
                .With("task", Codec.U64, static e => e.Task).With("status", Codec.Enumeration<TaskState>(), static e => e.Status)
                .Build(static (task, status) => new(task, status))),
        ],
        Errors = TaskErrors.All,
        Storage = [TaskStorage.NextTask, TaskStorage.Tasks, TaskStorage.OpenCount, TaskStorage.Load, TaskStorage.Attestations],
        OnDue = Market.OnDue,
    };
}
