using System.Collections.Concurrent;
using Nsn.Grains.Directors;
using Nsn.Grains.Slots;

namespace Nsn.Grains.Tests.Slots;

/// <summary>Loses calls to directors and slots, or holds them, and writes down what directors have said, whether or not anybody has heard it.</summary>
internal sealed class Interruptions : IIncomingGrainCallFilter
{
    private static readonly ConcurrentDictionary<(string Grain, string Method), Interruption> s_planned = new();
    private static readonly ConcurrentDictionary<(string Grain, string Method), ConcurrentQueue<string>> s_said = new();

    /// <summary>Interrupts the next calls of a method of a grain.</summary>
    public static Interruption Plan(string grain, string method, Interruption interruption) => s_planned[(grain, method)] = interruption;

    /// <summary>The different messages (hexadecimal) that a director has answered calls of a method with.</summary>
    public static string[] SaidBy(string director, string method) => s_said.TryGetValue((director, method), out var said) ? [.. said.Distinct()] : [];

    public static void Forget()
    {
        foreach (var planned in s_planned.Values)
            planned.Release();
        s_planned.Clear();
        s_said.Clear();
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType != typeof(IDirectorGrain) && context.InterfaceMethod.DeclaringType != typeof(ISlotGrain))
        {
            await context.Invoke();
            return;
        }

        var call = (context.TargetId.Key.ToString()!, context.InterfaceMethod.Name);
        var interruption = s_planned.TryGetValue(call, out var planned) && planned.Take() ? planned : null;
        if (interruption is not null)
            await interruption.InterruptAsync(context, Moment.Call);
        await context.Invoke();
        if (context.Result is DirectorReply { Message: { } message })
            s_said.GetOrAdd(call, _ => []).Enqueue(Convert.ToHexStringLower(message));
        if (interruption is not null)
            await interruption.InterruptAsync(context, Moment.Answer);
    }
}

/// <summary>When a call is interrupted: before the grain has it, or when the grain has done its part and nobody knows.</summary>
internal enum Moment
{
    Call,
    Answer,
}

/// <summary>What happens to calls.</summary>
/// <param name="moment">When.</param>
/// <param name="times">To how many calls.</param>
/// <param name="holds">Whether a call is held until it is let go, instead of being lost together with the grain's activation.</param>
internal sealed class Interruption(Moment moment, int times = 1, bool holds = false)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = times;

    /// <summary>A call has come to where it is interrupted.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets go of calls that are held.</summary>
    public void Release() => _released.TrySetResult();

    public bool Take() => Interlocked.Decrement(ref _left) >= 0;

    public async Task InterruptAsync(IIncomingGrainCallContext context, Moment at)
    {
        if (at != moment)
            return;
        _reached.TrySetResult();
        if (holds)
        {
            await _released.Task;
            return;
        }

        ((IGrainBase)context.Grain).DeactivateOnIdle();
        throw new SiloUnavailableException("The silo was lost.");
    }
}
