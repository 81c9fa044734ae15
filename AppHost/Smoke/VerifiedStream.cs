using System.Text;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;

namespace Nsn.AppHost.Smoke;

/// <summary>Makes of the frames that a gateway sends what a viewer may trust: chunks under a certificate of the epoch's directors.</summary>
internal sealed class VerifiedStream(Hash256 chainId)
{
    private const int SlotsKept = 8;
    private const byte CertificateFrame = 3, ChunkFrame = 5, DirectorsFrame = 6, ErrorFrame = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, EpochDirectors> _directors = [];
    private readonly SortedDictionary<ulong, (Certificate Certificate, ClipAssembler Clip)> _slots = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _problems = [];
    private int _broken;

    /// <summary>Completes with the first chunk that passes every check.</summary>
    public Task FirstChunk => _first.Task;

    /// <summary>Completes with the first thing that is refused.</summary>
    public Task Refused => _refused.Task;

    /// <summary>Chunks that failed a check.</summary>
    public int Broken
    {
        get
        {
            lock (_lock)
                return _broken;
        }
    }

    /// <summary>What was refused, and why.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_lock)
                return [.. _problems];
        }
    }

    /// <summary>How much of a slot's clip is here and verified; null where there is no certificate yet.</summary>
    public (int Chunks, bool IsComplete)? ProgressOf(ulong slot)
    {
        lock (_lock)
            return _slots.TryGetValue(slot, out var known) ? (known.Clip.VerifiedChunks, known.Clip.IsComplete) : null;
    }

    /// <summary>What the certificate that came for a slot says; null where there is none yet.</summary>
    public SlotStatement? StatementOf(ulong slot)
    {
        lock (_lock)
            return _slots.TryGetValue(slot, out var known) ? known.Certificate.Statement : null;
    }

    /// <summary>Says what is wrong with the stream.</summary>
    public void Refuse(string problem)
    {
        lock (_lock)
            Refuse_NeedsLock(problem);
    }

    /// <summary>Takes a frame.</summary>
    public void Take(byte type, ReadOnlyMemory<byte> body)
    {
        lock (_lock)
        {
            switch (type)
            {
                case DirectorsFrame:
                    TakeDirectors_NeedsLock(body);
                    break;
                case CertificateFrame:
                    TakeCertificate_NeedsLock(body.Span);
                    break;
                case ChunkFrame:
                    TakeChunk_NeedsLock(body);
                    break;
                case ErrorFrame:
                    Refuse_NeedsLock($"the gateway ends the stream: {Encoding.UTF8.GetString(body.Span)}");
                    break;
            }
        }
    }

    /// <summary>Reads the JSON of an epoch's directors; what it throws where that is malformed, <see cref="IsMalformed"/> knows.</summary>
    public static EpochDirectors ReadDirectors(Hash256 chainId, JsonElement json) => new(
        chainId,
        json.GetProperty("epoch").GetUInt64(),
        [.. json.GetProperty("directors").EnumerateArray().Select(director => AccountId.Parse(director.GetProperty("key").GetString()!))]);

    /// <summary>Whether an error of reading JSON is the fault of the JSON.</summary>
    public static bool IsMalformed(Exception error) => error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException;

    private void Refuse_NeedsLock(string problem)
    {
        _problems.Add(problem);
        _refused.TrySetResult();
    }

    private void TakeDirectors_NeedsLock(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            EpochDirectors directors = ReadDirectors(chainId, json.RootElement);
            if (!_directors.TryAdd(directors.Epoch, directors) && !_directors[directors.Epoch].Accounts.SequenceEqual(directors.Accounts))
                Refuse_NeedsLock($"the directors of epoch {directors.Epoch} are others than they were");
        }
        catch (Exception error) when (IsMalformed(error))
        {
            Refuse_NeedsLock($"a list of directors is malformed: {error.Message}");
        }
    }

    private void TakeCertificate_NeedsLock(ReadOnlySpan<byte> body)
    {
        if (!Certificate.TryDecode(body, out Certificate? certificate, out CertificateError error))
        {
            Refuse_NeedsLock($"a certificate cannot be read: {error}");
            return;
        }

        SlotStatement statement = certificate.Statement;
        string? problem = !_directors.TryGetValue(statement.Epoch, out EpochDirectors? directors) ? $"the directors of epoch {statement.Epoch} did not come before it"
            : (error = certificate.Verify(Ed25519.Instance, directors)) != CertificateError.None ? $"it does not hold: {error}"
            : !certificate.IsAccept ? $"it rejects the clip: {statement.Verdict}"
            : null;
        if (problem is not null)
        {
            Refuse_NeedsLock($"the certificate of slot {statement.Slot} on the data channel was refused: {problem}");
            return;
        }

        if (_slots.TryGetValue(statement.Slot, out var known))
        {
            if (known.Certificate.Statement != statement)
                Refuse_NeedsLock($"slot {statement.Slot} has two certificates that say different things");
            return;
        }

        _slots.Add(statement.Slot, (certificate, new ClipAssembler(statement.Slot, statement.ContentRoot)));
        if (_slots.Count > SlotsKept)
            _slots.Remove(_slots.Keys.First());
    }

    private void TakeChunk_NeedsLock(ReadOnlyMemory<byte> body)
    {
        if (!Chunk.TryDecode(body, out Chunk? chunk, out ChunkError error) || chunk is null)
        {
            _broken++;
            Refuse_NeedsLock($"a chunk cannot be read: {error}");
            return;
        }

        // Filler has no certificate, and nobody here claims that it has.
        if (!_slots.TryGetValue(chunk.Header.Slot, out var slot) || chunk.Header.ContentRoot != slot.Certificate.Statement.ContentRoot)
            return;
        error = slot.Clip.Add(chunk);
        if (error != ChunkError.None)
        {
            _broken++;
            Refuse_NeedsLock($"chunk {chunk.Header.LeafIndex} of slot {chunk.Header.Slot} failed: {error}");
            return;
        }

        _first.TrySetResult();
        while (slot.Clip.TryTakeSegment(out _))
        {
            // Played, as far as this viewer is concerned.
        }
    }
}
