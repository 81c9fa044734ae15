using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.ModelRegistry;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.TaskMarket;
using Nsn.Protocol.Ledger.Pallets.Treasury;

namespace Nsn.Ledger.Tests.TaskMarket;

public sealed class TaskMarketTests
{
    private static TestChain Chain(params string[] executors)
    {
        var chain = new TestChain(TestNetworks.Fast) { Replay = false };
        chain.Submit("Viewer1", new RegistryCalls.RegisterModel("sd", "cid", 8000, ModelCapabilities.Image));
        chain.Submit("Viewer1", new RegistryCalls.RegisterRenderer("image", Lane.Lane1, "cid", 8000, 1000, ["sd"], false));
        chain.Seal();
        foreach (var name in executors)
        {
            chain.Submit(name, new RegistryCalls.UpdateCapabilities(16_000, ["sd"], []));
        }

        chain.Seal();
        return chain;
    }

    [Fact]
    public void A_verified_task_pays_seventy_twenty_ten()
    {
        var chain = Chain("SuperNode1");
        var treasury = Tokens.Of(chain.State.Storage, SovereignAccount.Treasury).Free;
        var executorBefore = chain.Free("SuperNode1");
        var supply = BalancesStorage.TotalIssuance.Get(chain.State.Storage);
        Create(chain);
        chain.Seal();
        var task = Task(chain);
        Assert.Equal((TaskState.Assigned, TestChain.Account("SuperNode1")), (task.Status, task.Executor!.Value));
        chain.Fails(TaskErrors.NotExecutor, "SuperNode2", new TaskCalls.StartTask(0));
        chain.Ok("SuperNode1", new TaskCalls.StartTask(0));
        var fees = chain.Last!.Outcomes[1].Fee;
        chain.Ok("SuperNode1", new TaskCalls.SubmitResult(0, "out"));
        fees += chain.Last!.Outcomes[1].Fee;
        var committee = Task(chain).Committee.Select(TestNetworks.NameOf).ToArray();
        Assert.Equal(5, committee.Distinct().Count());
        foreach (var (name, index) in committee.Select((name, index) => (name, index)))
        {
            chain.Ok(name, new TaskCalls.SubmitAttestation(0, (byte)(80 + index)));
        }

        Assert.Equal(TaskState.Verified, Task(chain).Status);
        Assert.Equal(executorBefore + Units.Nsn(7) - fees, chain.Free("SuperNode1"));
        Assert.Equal(treasury + Units.Nsn(2), Tokens.Of(chain.State.Storage, SovereignAccount.Treasury).Free);
        Assert.True(BalancesStorage.TotalIssuance.Get(chain.State.Storage) < supply - Units.Nsn(1));
        Assert.Equal(UInt128.Zero, chain.Balance("Requester1").Reserved);
    }

    [Fact]
    public void M1_the_requester_cannot_take_the_work_and_the_pay()
    {
        var chain = Chain("SuperNode1");
        Create(chain);
        chain.Ok("SuperNode1", new TaskCalls.SubmitResult(0, "out"));
        chain.Fails(TaskErrors.TaskNotOpen, "Requester1", new TaskCalls.CancelTask(0));
        chain.Fails(TaskErrors.TaskNotAssigned, "SuperNode1", new TaskCalls.ReturnTask(0));
        Assert.Equal(Units.Nsn(10), chain.Balance("Requester1").Reserved);
    }

    [Fact]
    public void M2_an_open_lane_0_task_disturbs_no_lane_1_task()
    {
        var chain = Chain("SuperNode1");
        chain.Ok("Viewer1", new RegistryCalls.RegisterRenderer("video", Lane.Lane0, "cid", 8000, 1000, ["sd"], true));
        chain.Ok("Viewer1", new TaskCalls.CreateTaskIntent(Lane.Lane0, TaskPriority.High, "video", "in", 1, 10, Units.Nsn(1)));
        Create(chain);
        chain.Ok("SuperNode1", new TaskCalls.StartTask(0 + 1));
        Assert.Equal(TaskState.Executing, Task(chain, 1).Status);
        Assert.Equal(Units.Nsn(60), Staking.Of(chain.State.Storage, TestChain.Account("SuperNode1")).Amount);
    }

    [Fact]
    public void M3_an_executor_that_does_not_deliver_is_replaced_and_the_task_always_ends()
    {
        var chain = Chain("SuperNode1", "SuperNode2");
        Create(chain, deadline: 60);
        chain.Seal();
        var first = Task(chain).Executor!.Value;
        var stake = Staking.Of(chain.State.Storage, first).Amount;
        chain.SealTo(chain.State.Number + 9);
        var second = Task(chain).Executor!.Value;
        Assert.NotEqual(first, second);
        Assert.Equal(stake - Units.Nsn(5), Staking.Of(chain.State.Storage, first).Amount);
        chain.Fails(TaskErrors.NotExecutor, TestNetworks.NameOf(first), new TaskCalls.SubmitResult(0, "late"));
        chain.SealTo(chain.State.Number + 40);
        Assert.Equal(TaskState.Failed, Task(chain).Status);
        Assert.Equal(UInt128.Zero, chain.Balance("Requester1").Reserved);
        Assert.Empty(TaskStorage.Load.Entries(chain.State.Storage));
    }

    [Fact]
    public void M4_only_a_drawn_committee_judges_and_its_silence_slashes_nobody()
    {
        var chain = Chain("Validator1");
        Create(chain);
        chain.Ok("Validator1", new TaskCalls.SubmitResult(0, "out"));
        Assert.DoesNotContain(TestChain.Account("Validator1"), Task(chain).Committee);
        chain.Fails(TaskErrors.NotInCommittee, "Validator1", new TaskCalls.SubmitAttestation(0, 100));
        chain.Fails(TaskErrors.NotInCommittee, "Requester1", new TaskCalls.SubmitAttestation(0, 0));
        chain.Fails(TaskErrors.InvalidAttestationScore, TestNetworks.NameOf(Task(chain).Committee[0]), new TaskCalls.SubmitAttestation(0, 101));
        chain.SealTo(chain.State.Number + 8);
        Assert.Equal(TaskState.Failed, Task(chain).Status);
        Assert.Equal(Units.Nsn(20), Staking.Of(chain.State.Storage, TestChain.Account("Validator1")).Amount);
    }

    [Fact]
    public void M4_the_median_by_stake_decides()
    {
        Assert.Equal(90, Verification.MedianByStake([(10, 10), (20, 10), (90, 100)]));
        Assert.Equal(20, Verification.MedianByStake([(10, 10), (20, 10), (90, 10)]));
        Assert.Equal(10, Verification.MedianByStake([(10, 0), (90, 0)]));
    }

    [Fact]
    public void M5_executors_can_run_the_renderer_and_can_decline()
    {
        var chain = Chain("SuperNode1");
        chain.Ok("SuperNode2", new RegistryCalls.UpdateCapabilities(4_000, ["sd"], []));
        chain.Ok("SuperNode3", new RegistryCalls.UpdateCapabilities(16_000, [], []));
        Create(chain);
        chain.Seal();
        Assert.Equal(TestChain.Account("SuperNode1"), Task(chain).Executor!.Value);
        chain.Ok("SuperNode1", new TaskCalls.ReturnTask(0));
        Assert.Equal(Units.Nsn(60), Staking.Of(chain.State.Storage, TestChain.Account("SuperNode1")).Amount);
        Assert.Equal(TaskState.Open, Task(chain).Status);
        chain.Ok("Requester1", new TaskCalls.CancelTask(0));
        Assert.Equal(TaskState.Cancelled, Task(chain).Status);
    }

    [Fact]
    public void M6_the_treasurys_share_of_a_task_can_be_spent()
    {
        var chain = Chain("SuperNode1");
        Assert.Equal(UInt128.Zero, Tokens.Of(chain.State.Storage, SovereignAccount.Treasury).Free);
        Create(chain);
        chain.Seal();
        chain.Ok("SuperNode1", new TaskCalls.StartTask(0));
        chain.Ok("SuperNode1", new TaskCalls.SubmitResult(0, "out"));
        foreach (var name in Task(chain).Committee.Select(TestNetworks.NameOf).ToArray())
        {
            chain.Ok(name, new TaskCalls.SubmitAttestation(0, 90));
        }

        chain.Fails(TreasuryErrors.InsufficientTreasuryFunds, "Alice", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(2) + 1));
        chain.Ok("Alice", new TreasuryCalls.Propose(TestChain.Account("Viewer2"), Units.Nsn(2)));
        foreach (var name in new[] { "Alice", "Bob", "Charlie" })
        {
            chain.Submit(name, new TreasuryCalls.Vote(0, true));
        }

        chain.Seal();
        var before = chain.Free("Viewer2");
        chain.SealTo(chain.State.Number + 10);
        Assert.Equal(before + Units.Nsn(2), chain.Free("Viewer2"));
        Assert.Equal(UInt128.Zero, Tokens.Of(chain.State.Storage, SovereignAccount.Treasury).Free);
    }

    [Fact]
    public void M7_one_registry_serves_both_and_finished_tasks_are_forgotten()
    {
        var chain = Chain();
        chain.Fails(TaskErrors.RendererNotRegistered, "Requester1", new TaskCalls.CreateTaskIntent(Lane.Lane1, TaskPriority.High, "nope", "in", 1, 10, Units.Nsn(1)));
        chain.Fails(TaskErrors.RendererLaneMismatch, "Requester1", new TaskCalls.CreateTaskIntent(Lane.Lane0, TaskPriority.High, "image", "in", 1, 10, Units.Nsn(1)));
        chain.Fails(TaskErrors.InsufficientEscrow, "Requester1", new TaskCalls.CreateTaskIntent(Lane.Lane1, TaskPriority.High, "image", "in", 1, 10, 1));
        Create(chain, deadline: 5);
        chain.SealTo(chain.State.Number + 10);
        Assert.Equal(TaskState.Expired, Task(chain).Status);
        chain.SealTo(chain.State.Number + 160);
        Assert.Empty(TaskStorage.Tasks.Entries(chain.State.Storage));
    }

    private static void Create(TestChain chain, uint deadline = 30) =>
        chain.Ok("Requester1", new TaskCalls.CreateTaskIntent(Lane.Lane1, TaskPriority.High, "image", "in", 1, deadline, Units.Nsn(10)));

    private static TaskRecord Task(TestChain chain, ulong id = 0) => TaskStorage.Tasks.Get(chain.State.Storage, id);
}
