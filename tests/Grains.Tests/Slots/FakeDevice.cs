using System.Collections.Concurrent;
using System.Security.Cryptography;
using Nsn.Content;
using Nsn.Grains.Directors;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Ledger.Pallets.Director;

namespace Nsn.Grains.Tests.Slots;

/// <summary>
/// A device without models: its clips are bytes that follow from the seed, its embeddings follow from the bytes, with a little noise that
/// differs from director to director. Published bytes are fetched and checked as the real one does, and frames are made again. Directors can be made to misbehave.
/// </summary>
internal sealed class FakeDevice(IContentStore content) : IInferenceDevices, IInferenceDevice
{
    /// <summary>Name under which the calling director is known to the device.</summary>
    public const string DirectorKey = "director";

    public const string Key = "test/0";

    private const int FramesPerSecond = 12; // of the tests' recipes

    public static byte[] PackHash { get; } = SHA256.HashData("pack"u8);

    /// <summary>How directors misbehave, by account in hexadecimal; set by a test before it starts a slot.</summary>
    public static ConcurrentDictionary<string, Misbehaviour> Misbehaving { get; } = new();

    /// <summary>What hanging directors wait for; a test lets go of them at its end, or the silo would wait for their calls before it stops.</summary>
    public static TaskCompletionSource Hung { get; set; } = new();

    public DeviceStatus Status => new(
        Key, "cpu", "test", [Convert.ToHexStringLower(PackHash)], 1, 0, 0, TimeSpan.Zero, DateTimeOffset.UtcNow);

    public IReadOnlyList<IInferenceDevice> All => [this];

    public IInferenceDevice? Find(string key) => key == Key ? this : null;

    public Task WarmAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken)
    {
        var wrong = Misbehaving.GetValueOrDefault(Convert.ToHexStringLower(proposer));
        var builder = new ClipBuilder();
        for (byte index = 0; index < 8; index++)
        {
            var bytes = Second(assignment, index);
            if (wrong == Misbehaviour.PublishesOneOtherFrame && index == 5)
                bytes[0] ^= 1;
            await content.PutAsync(wrong == Misbehaviour.PublishesOtherBytes && index == 5 ? SHA256.HashData(bytes) : bytes, cancellationToken);
            builder.AddSegment(bytes, index * 1000u, 1000);
        }

        var clip = builder.Build(assignment.Slot);
        return new ClipManifest(
            assignment.Slot, clip.ContentRoot.ToArray(), proposer, [.. clip.Chunks.Select(chunk => Encode(chunk.Header))], [.. Enumerable.Repeat(1000, 8)], 0.1);
    }

    public async Task<ClipFindings> VerifyAsync(VerificationJob job, CancellationToken cancellationToken)
    {
        try
        {
            var segments = await new PublishedClip(content).ReadAsync(
                job.Assignment.Slot, job.Manifest.Headers, job.Manifest.ContentRoot, cancellationToken);
            var wrong = RequestContext.Get(DirectorKey) is string director ? Misbehaving.GetValueOrDefault(director) : Misbehaviour.None;
            if (wrong == Misbehaviour.HangsAtCheck)
                await Hung.Task.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
            int[] other = [.. FrameDraw.Of(job).Where(frame => segments[frame / FramesPerSecond].Bytes.Span[frame % FramesPerSecond] != Second(job.Assignment, frame / FramesPerSecond)[frame % FramesPerSecond])];
            var embedding = Embed(
                wrong == Misbehaviour.LiesAboutEmbedding ? [9, 9, 9] : segments[0].Bytes.ToArray(),
                wrong == Misbehaviour.LateAndTypical ? [128] : job.SampleSecret);
            return new ClipFindings(
                (byte)(other.Length == 0 ? Verdict.Accept : Verdict.RejectRegeneration), [.. other.Select(frame => $"Frame {frame} is another one.")], embedding.Bytes.ToArray(), 0.8f, 0.7f, 0, 0.1);
        }
        catch (InvalidDataException broken)
        {
            return new ClipFindings((byte)Verdict.RejectContent, [broken.Message], [], 0, 0, 0, 0.1);
        }
    }

    /// <summary>What the pipeline makes of a second: a byte for each frame, and some that stand for the sound.</summary>
    private static byte[] Second(SlotAssignment assignment, int index) => SHA256.HashData([.. assignment.Seed, (byte)index]);

    private static QuantisedEmbedding Embed(byte[] seen, byte[] noise)
    {
        var vector = new float[QuantisedEmbedding.Length];
        for (var index = 0; index < vector.Length; index++)
            vector[index] = SHA256.HashData([.. seen, (byte)index, (byte)(index >> 8)])[0] - 127.5f + noise[index % noise.Length] / 16f;
        Assert.True(QuantisedEmbedding.TryQuantise(vector, out var embedding, out var reason), reason);
        return embedding;
    }

    private static byte[] Encode(in ChunkHeader header)
    {
        var bytes = new byte[ChunkHeader.Size];
        header.Write(bytes);
        return bytes;
    }
}

/// <summary>What a director does wrong.</summary>
internal enum Misbehaviour
{
    None,
    LiesAboutEmbedding,
    Silent,
    DiesAsProposer,
    HangsAsProposer,
    PublishesOtherBytes,
    PublishesOneOtherFrame,
    HangsAsSubmitter,

    /// <summary>What the ledger answers to it is that it takes no certificate for the slot now.</summary>
    IsTooLateAsSubmitter,
    HangsWhenTold,
    HangsAtCheck,

    /// <summary>Its embedding is in the middle of those of the others. That it is late is a matter of <see cref="Interruptions"/>.</summary>
    LateAndTypical,
}

/// <summary>Makes directors misbehave, and tells the device which director calls it.</summary>
internal sealed class MisbehaviourFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType == typeof(IDirectorGrain))
        {
            var director = context.TargetId.Key.ToString()!;
            RequestContext.Set(FakeDevice.DirectorKey, director);
            var wrong = FakeDevice.Misbehaving.GetValueOrDefault(director);
            switch (wrong, context.InterfaceMethod.Name)
            {
                case (Misbehaviour.Silent, nameof(IDirectorGrain.CommitAsync)):
                case (Misbehaviour.HangsAsProposer, nameof(IDirectorGrain.ProposeAsync)):
                case (Misbehaviour.HangsAsSubmitter, nameof(IDirectorGrain.SubmitAsync)):
                case (Misbehaviour.HangsWhenTold, nameof(IDirectorGrain.ObserveEpochAsync)):
                    await FakeDevice.Hung.Task.WaitAsync(TimeSpan.FromMinutes(1));
                    break;
                case (Misbehaviour.DiesAsProposer, nameof(IDirectorGrain.ProposeAsync)):
                    throw new InvalidOperationException("out of memory");
                case (Misbehaviour.IsTooLateAsSubmitter, nameof(IDirectorGrain.SubmitAsync)):
                    context.Result = new SlotSubmission(null, DirectorErrors.OutsideWindow.Name);
                    return;
            }
        }

        await context.Invoke();
    }
}

/// <summary>The dev chain's keys, in memory.</summary>
internal sealed class TestKeys : IDirectorKeys
{
    private readonly Dictionary<AccountId, ISigner> _signers = DevAccounts.Directors.ToDictionary(DevAccounts.AccountOf, DevAccounts.SignerOf);

    public ISigner? Find(AccountId account) => _signers.GetValueOrDefault(account);
}
