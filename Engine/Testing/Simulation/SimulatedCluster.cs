using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Hosting;
using Nsn.Engine.Runtime.Reminders;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.Transport;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>
/// Silos in one thread on virtual time, with crashes, pauses, partitions and a judge and storage that take time. The silos are the runtime's own. After every event
/// the cluster checks that no grain has two activations that may act, that no acknowledged write is lost and that no call goes on for longer than it may.
/// </summary>
public sealed class SimulatedCluster
{
    private static readonly TimeSpan s_responseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a call may take of the time in which its caller is awake: the time-out, and a second until everybody has noticed.</summary>
    private static readonly TimeSpan s_callLimit = s_responseTimeout + TimeSpan.FromSeconds(1);

    /// <summary>Deactivations have half a minute, calls that are under way another.</summary>
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(75);

    private readonly PlantedBug _bug;
    private readonly List<Member> _members = [];
    private readonly PriorityQueue<Expected, TimeSpan> _expected = new();
    private readonly HashSet<string> _reported = [];
    private int _lastName;

    public SimulatedCluster(int seed, int silos, PlantedBug bug = PlantedBug.None)
    {
        _bug = bug;
        World = new SimulatedWorld(seed);
        Network = new SimulatedNetwork(World, bug);
        Judge = new SimulatedJudge(World, bug);
        Storage = new SimulatedStorage(World, bug);
        Reminders = new SimulatedReminderTable(World, bug);
        for (var i = 0; i < silos; i++)
            StartSilo();
    }

    public SimulatedWorld World { get; }
    public SimulatedNetwork Network { get; }
    public SimulatedJudge Judge { get; }
    public SimulatedStorage Storage { get; }
    public SimulatedReminderTable Reminders { get; }

    /// <summary>What was broken, in words, each with the first step that did it; empty while all invariants hold.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>The processes that have neither crashed nor begun to leave.</summary>
    public IReadOnlyList<SimulatedProcess> Living => [.. _members.Where(member => !member.Process.HasCrashed && !member.IsLeaving).Select(member => member.Process)];

    public void StartSilo()
    {
        var index = _lastName++;
        var process = new SimulatedProcess(World, $"silo {index}");
        var services = new ServiceCollection();
        services.AddSingleton(process.Time);
        services.AddSingleton<ITurnScheduler>(process);
        services.AddSingleton(new Random(World.Random.Next()));
        services.AddSingleton(World);
        services.AddSingleton(Judge.JudgeFor(process));
        services.AddSingleton<IReminderTable>(Reminders);
        services.AddReminders();
        services.AddSingleton(Judge.DirectoryFor(process));
        services.AddSingleton(Network.CreateTransport(process));
        services.AddKeyedSingleton<IGrainStorage>("Default", Storage);
        SiloServices.Add(services);
        services.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Loopback;
            options.SiloPort = 10_000 + index;
        });
        services.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));
        services.Configure<SiloOptions>(options => options.SiloName = process.Name);
        services.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = _bug == PlantedBug.LostAnswer ? TimeSpan.FromHours(1) : s_responseTimeout);
        var provider = services.BuildServiceProvider();
        var silo = provider.GetRequiredService<Silo>();
        _members.Add(new Member(process, silo, provider));
        World.Log($"{process.Name} starts");
        foreach (var participant in provider.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(provider.GetRequiredService<SiloLifecycle>());
        process.Run(() => _ = silo.StartAsync(CancellationToken.None));
    }

    /// <summary>Runs code as a caller inside a silo, outside of grains: one call, or several at once, which must end in time.</summary>
    public void Call(SimulatedProcess process, Func<IGrainFactory, Task> action)
    {
        var member = _members.Single(candidate => candidate.Process == process);
        process.Run(() => Expect(action(member.Services.GetRequiredService<IGrainFactory>()), process, s_callLimit, "for a call"));
    }

    private void Expect(Task task, SimulatedProcess process, TimeSpan limit, string what) =>
        _expected.Enqueue(new Expected(task, process, World.Now, process.Awake + limit, what), World.Now + limit);

    public void Crash(SimulatedProcess process)
    {
        World.Log($"{process.Name} crashes");
        process.Crash();
        Network.DropAll(process);
    }

    /// <summary>Ends a silo in good order, however long that takes.</summary>
    public void Stop(SimulatedProcess process)
    {
        World.Log($"{process.Name} leaves");
        var member = _members.Single(candidate => candidate.Process == process);
        member.IsLeaving = true;
        process.Run(() => Expect(StopAsync(member), process, s_stopLimit, "to leave"));
    }

    private async Task StopAsync(Member member)
    {
        try
        {
            await member.Silo.StopAsync(CancellationToken.None);
            World.Log($"{member.Process.Name} has left");
        }
        catch (Exception exception)
        {
            World.Log($"{member.Process.Name} ends without having left: {exception.GetType().Name}");
        }

        member.Process.Crash(); // nothing of it runs any more
        Network.DropAll(member.Process);
    }

    public void Pause(SimulatedProcess process, TimeSpan time)
    {
        World.Log($"{process.Name} pauses for {time.TotalSeconds:0} s");
        process.Pause();
        new SimulatedProcess(World, "operator").Run(process.Resume, time);
    }

    public void RunFor(TimeSpan time) => World.RunUntil(World.Now + time, Check);

    /// <summary>What must hold after every event.</summary>
    private void Check()
    {
        Storage.TakeViolations(Report);
        CheckActivations();
        CheckWhatEnds();
    }

    /// <summary>What goes on being broken is named once, with the step that broke it.</summary>
    private void Report(string what)
    {
        if (_reported.Add(what))
            Violations.Add($"step {World.Step} at {World.Now.TotalMilliseconds:0} ms: {what}");
    }

    /// <summary>At most one activation of a grain may act.</summary>
    private void CheckActivations()
    {
        Dictionary<GrainId, string>? owners = null;
        foreach (var member in _members)
        {
            if (member.Process.HasCrashed || !member.Silo.MayAct)
                continue;
            foreach (var activation in member.Silo.Grains)
            {
                if (activation.State != Runtime.Activations.ActivationState.Valid || !activation.Class.UsesDirectory)
                    continue;
                owners ??= [];
                if (!owners.TryAdd(activation.GrainId, member.Process.Name))
                    Report($"{activation.GrainId} is active at {owners[activation.GrainId]} and {member.Process.Name}");
            }
        }
    }

    /// <summary>Calls end, and so does leaving: each is looked at when it should have.</summary>
    private void CheckWhatEnds()
    {
        while (_expected.TryPeek(out var next, out var due) && due <= World.Now)
        {
            _expected.Dequeue();
            if (next.Task.IsCompleted || next.Process.HasCrashed)
                continue;
            if (next.Until <= next.Process.Awake)
                Report($"{next.Process.Name} has waited {next.What} since {next.Began.TotalMilliseconds:0} ms");
            else
                _expected.Enqueue(next, World.Now + (next.Until - next.Process.Awake)); // it was paused meanwhile
        }
    }

    /// <summary>Something that a process waits for, and until when, in time in which it was awake.</summary>
    private sealed record Expected(Task Task, SimulatedProcess Process, TimeSpan Began, TimeSpan Until, string What);

    private sealed record Member(SimulatedProcess Process, Silo Silo, ServiceProvider Services)
    {
        public bool IsLeaving { get; set; }
    }
}
