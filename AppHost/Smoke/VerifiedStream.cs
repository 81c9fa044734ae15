using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;

namespace Nsn.AppHost.Smoke;

/// <summary>Makes of the frames that a gateway sends what a viewer may trust: chunks under a certificate of the epoch's directors.</summary>
internal sealed class VerifiedStream(Hash256 chainId)
{
    private const int SlotsKept = 8;
    private const byte CertificateFrame = 3, ChunkFrame = 5, DirectorsFrame = 6;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, EpochDirectors> _directors = [];
    private readonly SortedDictionary<ulong, (Certificate Certificate, ClipAssembler Clip)> _slots = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _problems = [];
    private int _broken;

    /// <summary>Completes with the first chunk that passes every check.</summary>
    public Task FirstChunk => _first.Task;

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
            }
        }
    }

    /// <summary>Reads the JSON of an epoch's directors.</summary>
    public static EpochDirectors? ParseDirectors(Hash256 chainId, JsonElement json)
    {
        var accounts = new List<AccountId>();
        foreach (JsonElement director in json.GetProperty("directors").EnumerateArray())
        {
            if (!AccountId.TryParse(director.GetProperty("key").GetString(), out AccountId account))
                return null;
            accounts.Add(account);
        }

        return accounts.Count == Quorum.Directors ? new EpochDirectors(chainId, json.GetProperty("epoch").GetUInt64(), accounts.ToArray()) : null;
    }

    private void TakeDirectors_NeedsLock(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            if (ParseDirectors(chainId, json.RootElement) is { } directors)
                _directors.TryAdd(directors.Epoch, directors);
            else
                _problems.Add("a list of directors is malformed");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            _problems.Add($"a list of directors cannot be read: {error.Message}");
        }
    }

    private void TakeCertificate_NeedsLock(ReadOnlySpan<byte> body)
    {
        if (!Certificate.TryDecode(body, out Certificate? certificate, out CertificateError error)
            || !_directors.TryGetValue(certificate.Statement.Epoch, out EpochDirectors? directors)
            || (error = certificate.Verify(Ed25519.Instance, directors)) != CertificateError.None
            || !certificate.IsAccept)
        {
            _problems.Add($"a certificate was refused: {error}");
            return;
        }

        ulong slot = certificate.Statement.Slot;
        if (_slots.ContainsKey(slot))
            return;
        _slots.Add(slot, (certificate, new ClipAssembler(slot, certificate.Statement.ContentRoot)));
        if (_slots.Count > SlotsKept)
            _slots.Remove(_slots.Keys.First());
    }

    private void TakeChunk_NeedsLock(ReadOnlyMemory<byte> body)
    {
        if (!Chunk.TryDecode(body, out Chunk? chunk, out ChunkError error) || chunk is null)
        {
            _broken++;
            _problems.Add($"a chunk cannot be read: {error}");
            return;
        }

        // Filler has no certificate, and nobody here claims that it has.
        if (!_slots.TryGetValue(chunk.Header.Slot, out var slot) || chunk.Header.ContentRoot != slot.Certificate.Statement.ContentRoot)
            return;
        int before = slot.Clip.VerifiedChunks;
        error = slot.Clip.Add(chunk);
        if (error != ChunkError.None && slot.Clip.VerifiedChunks == before)
        {
            _broken++;
            _problems.Add($"chunk {chunk.Header.LeafIndex} of slot {chunk.Header.Slot} failed: {error}");
            return;
        }

        _first.TrySetResult();
        while (slot.Clip.TryTakeSegment(out _))
        {
            // Played, as far as this viewer is concerned.
        }
    }
}
