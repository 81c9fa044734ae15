using Nsn.Grains.Directors;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Scale;
using Orleans;
using Orleans.Runtime;

namespace Nsn.EndToEnd.Faults;

/// <summary>
/// Stands before the directors of a core silo and the devices of a GPU silo, and makes them do what the faults of their slots say. What a
/// director does on a device is told to the device's silo by the request's context, which travels with the call.
/// </summary>
internal sealed class FaultFilter(FaultFolder folder) : IIncomingGrainCallFilter
{
    private const string Key = "nsn.end-to-end.fault";

    public Task Invoke(IIncomingGrainCallContext context) => (context.InterfaceMethod.DeclaringType, context.InterfaceMethod.Name) switch
    {
        (Type type, nameof(IDirectorGrain.ProposeAsync)) when type == typeof(IDirectorGrain) => ProposeAsync(context),
        (Type type, nameof(IDirectorGrain.CommitAsync)) when type == typeof(IDirectorGrain) => CommitAsync(context),
        (Type type, nameof(IInferenceGrain.GenerateAsync)) when type == typeof(IInferenceGrain) => GenerateAsync(context),
        (Type type, nameof(IInferenceGrain.VerifyAsync)) when type == typeof(IInferenceGrain) => VerifyAsync(context),
        _ => context.Invoke(),
    };

    private async Task ProposeAsync(IIncomingGrainCallContext context)
    {
        var assignment = (SlotAssignment)context.Request.GetArgument(0);
        if (PlaceOf(context, assignment) != 0)
        {
            await context.Invoke(); // whoever comes after the first proposer is honest
            return;
        }

        var faults = folder.Begin(assignment.Slot);
        if (faults.Any(fault => fault.Fault.Kind == FaultKind.PublishesOtherClip))
            RequestContext.Set(Key, nameof(FaultKind.PublishesOtherClip));
        await context.Invoke();
        foreach (var (name, _) in faults.Where(fault => fault.Fault.Kind == FaultKind.HoldsPublished))
        {
            var manifest = (ClipManifest)context.Result!;
            await folder.HoldAsync(name, assignment.Slot, new Held(Environment.ProcessId, [.. manifest.Headers.Select(PayloadHash)]), assignment.Deadline);
        }
    }

    private async Task CommitAsync(IIncomingGrainCallContext context)
    {
        var assignment = (SlotAssignment)context.Request.GetArgument(0);
        var place = PlaceOf(context, assignment);
        var faults = folder.Of(assignment.Slot).Where(fault => fault.Fault.Places.Contains(place)).Select(fault => fault.Fault.Kind).ToArray();
        if (faults.Contains(FaultKind.Silent))
        {
            var left = assignment.Deadline - DateTimeOffset.UtcNow;
            if (left > TimeSpan.Zero)
                await Task.Delay(left);
            throw new TimeoutException("It was silent.");
        }

        if (faults.Contains(FaultKind.LiesAboutEmbedding))
            RequestContext.Set(Key, nameof(FaultKind.LiesAboutEmbedding));
        await context.Invoke();
    }

    private async Task GenerateAsync(IIncomingGrainCallContext context)
    {
        var assignment = (SlotAssignment)context.Request.GetArgument(0);
        if (RequestContext.Get(Key) as string == nameof(FaultKind.PublishesOtherClip))
            context.Request.SetArgument(0, assignment with { Seed = [.. assignment.Seed.Reverse()] });
        var work = context.Invoke();
        foreach (var (name, _) in folder.Of(assignment.Slot).Where(fault => fault.Fault.Kind == FaultKind.HoldsGeneration))
            await folder.HoldAsync(name, assignment.Slot, new Held(Environment.ProcessId, []), assignment.Deadline);
        await work;
    }

    private static async Task VerifyAsync(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (RequestContext.Get(Key) as string == nameof(FaultKind.LiesAboutEmbedding) && context.Result is ClipFindings findings)
            context.Result = findings with { Embedding = [.. findings.Embedding.Reverse()] };
    }

    /// <summary>Where the called director stands, counted from the slot's first proposer on.</summary>
    private static int PlaceOf(IIncomingGrainCallContext context, SlotAssignment assignment)
    {
        var account = Convert.FromHexString(context.TargetId.Key.ToString()!);
        return Array.FindIndex(assignment.Proposers, place => assignment.Directors[place].AsSpan().SequenceEqual(account));
    }

    private static string PayloadHash(byte[] header)
    {
        var reader = new ScaleReader(header);
        return ChunkHeader.TryRead(ref reader, out var read, out var error)
            ? Convert.ToHexStringLower(read.PayloadHash.AsSpan())
            : throw new InvalidOperationException($"The proposer's own header does not decode: {error}.");
    }
}
