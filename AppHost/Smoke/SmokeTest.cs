using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.AppHost.Smoke;

/// <summary>
/// Asks a running gateway for a clip, watches as a viewer until it is on air, and checks everything by itself: the certificate against the epoch's
/// directors, the recipe against the prompt, every chunk that came over WebRTC against the certificate.
/// </summary>
internal sealed class SmokeTest(Uri gateway, string prompt, Action<string> say, SmokeLimits? limits = null) : IDisposable
{
    private readonly SmokeLimits _limits = limits ?? new SmokeLimits();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<string> _problems = [];
    private SmokeReport _report = new() { Passed = false, Problems = [], Prompt = prompt };

    public async Task<SmokeReport> RunAsync(double secondsToReady, CancellationToken cancellationToken)
    {
        _report = _report with { SecondsToReady = secondsToReady };
        try
        {
            Hash256 chainId = await GetAsync("/p2p/info", info => Hash256.Parse(info.GetProperty("chainId").GetString()!), cancellationToken).ConfigureAwait(false);
            await WatchAsync(chainId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _problems.Add(error.Message);
        }

        return _report with { Passed = _problems.Count == 0, Problems = _problems };
    }

    public void Dispose() => _http.Dispose();

    private static double SecondsSince(long timestamp) => Math.Round(Stopwatch.GetElapsedTime(timestamp).TotalSeconds, 3);

    private async Task WatchAsync(Hash256 chainId, CancellationToken cancellationToken)
    {
        var stream = new VerifiedStream(chainId);
        await using var viewer = new SmokeViewer(_http, stream);
        try
        {
            long joined = Stopwatch.GetTimestamp();
            await viewer.JoinAsync(new Uri(gateway, "/api/channels/main/offer"), cancellationToken).ConfigureAwait(false);
            if (!await FirstChunkComesAsync(stream, cancellationToken).ConfigureAwait(false))
                return;
            _report = _report with { JoinToFirstVerifiedChunkSeconds = SecondsSince(joined) };
            say($"the first verified chunk after {_report.JoinToFirstVerifiedChunkSeconds:F2} s");
            await FollowPromptAsync(chainId, stream, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Whatever became of the rest, and before the viewer hangs up.
            _report = _report with { ChunksBroken = stream.Broken, ChunksVerified = _report.Slot is { } slot ? stream.ProgressOf((ulong)slot)?.Chunks : null };
            _problems.AddRange(stream.Problems);
        }
    }

    private async Task FollowPromptAsync(Hash256 chainId, VerifiedStream stream, CancellationToken cancellationToken)
    {
        long submitted = Stopwatch.GetTimestamp();
        string recipe = await SubmitAsync(cancellationToken).ConfigureAwait(false);
        ulong slot = await WaitForCertificateAsync(recipe, cancellationToken).ConfigureAwait(false);
        _report = _report with { Slot = (long)slot, PromptToCertifiedSeconds = SecondsSince(submitted) };
        say($"certified in slot {slot} after {_report.PromptToCertifiedSeconds:F1} s");

        SlotStatement certified = await CheckCertificateAsync(chainId, slot, cancellationToken).ConfigureAwait(false);
        // What was refused does not come again.
        await WaitAsync(() => Task.FromResult(IsComplete() || stream.Refused.IsCompleted), _limits.Received, $"the whole clip of slot {slot}", cancellationToken).ConfigureAwait(false);
        if (!IsComplete())
            return;
        Check(stream.StatementOf(slot) == certified, $"the data channel has another certificate of slot {slot} than /api/slots/{slot}/certificate");
        _report = _report with { PromptToReceivedSeconds = SecondsSince(submitted) };
        say($"{stream.ProgressOf(slot)?.Chunks} chunks received and verified after {_report.PromptToReceivedSeconds:F1} s");

        bool IsComplete() => stream.ProgressOf(slot) is { IsComplete: true };
    }

    private async Task<string> SubmitAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recipes") { Content = JsonContent.Create(new { channel = "main", prompt }) };
        request.Headers.Add("Idempotency-Key", $"smoke-{Guid.NewGuid():N}");
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"the prompt was refused with {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        return Read("POST /api/recipes", body, json => json.GetProperty("id").GetString()!);
    }

    private async Task<ulong> WaitForCertificateAsync(string recipe, CancellationToken cancellationToken)
    {
        ulong slot = 0;
        await WaitAsync(
            async () =>
            {
                (string state, ulong? number, string all) = await GetAsync($"/api/recipes/{recipe}", ReadState, cancellationToken).ConfigureAwait(false);
                if (state == "failed")
                    throw new InvalidOperationException($"the prompt's slot failed: {all}");
                slot = number ?? slot;
                return slot > 0 && state is "certified" or "on-air" or "aired";
            },
            _limits.Certified,
            "the prompt's certificate",
            cancellationToken).ConfigureAwait(false);
        return slot;
    }

    private async Task<SlotStatement> CheckCertificateAsync(Hash256 chainId, ulong slot, CancellationToken cancellationToken)
    {
        byte[] encoded = await GetAsync($"/api/slots/{slot}/certificate", cancellationToken).ConfigureAwait(false);
        if (!Certificate.TryDecode(encoded, out Certificate? certificate, out CertificateError error))
            throw new InvalidDataException($"the certificate cannot be read: {error}");
        SlotStatement statement = certificate.Statement;
        EpochDirectors directors = await GetAsync(
            $"/api/epochs/{statement.Epoch}/directors", json => VerifiedStream.ReadDirectors(chainId, json), cancellationToken).ConfigureAwait(false);
        error = certificate.Verify(Ed25519.Instance, directors);
        Check(error == CertificateError.None, $"the certificate does not hold: {error}");
        Check(statement.Slot == slot, $"the certificate is for slot {statement.Slot}, not for {slot}");
        Check(certificate.IsAccept, $"the certificate rejects the clip: {statement.Verdict}");

        byte[] recipeBytes = await GetAsync($"/api/slots/{slot}/recipe", cancellationToken).ConfigureAwait(false);
        bool matches = false;
        if (!RecipeCodec.TryDecode(recipeBytes, out Recipe? recipe, out string? reason))
            _problems.Add($"the recipe cannot be read: {reason}");
        else if (RecipeCodec.Hash(recipe) != statement.RecipeHash)
            _problems.Add("the recipe is not the one that the certificate names");
        else if (recipe.VisualTrack.Prompt != prompt.Trim())
            _problems.Add($"the certified recipe does not ask for the prompt, but for: {recipe.VisualTrack.Prompt}");
        else
            matches = true;

        _report = _report with { Votes = certificate.Signatures.Length, RecipeMatches = matches };
        _report = _report with { Scores = await GetAsync($"/api/slots/{slot}", ReadScores, cancellationToken).ConfigureAwait(false) };
        return statement;
    }

    private static (string State, ulong? Slot, string All) ReadState(JsonElement json) =>
    (
        json.GetProperty("state").GetString()!,
        json.TryGetProperty("slot", out JsonElement slot) && slot.ValueKind == JsonValueKind.Number ? slot.GetUInt64() : null,
        json.ToString()
    );

    private static List<IReadOnlyDictionary<string, double>> ReadScores(JsonElement detail)
    {
        var scores = new List<IReadOnlyDictionary<string, double>>();
        if (!detail.TryGetProperty("directors", out JsonElement directors))
            return scores;
        foreach (JsonElement director in directors.EnumerateArray())
        {
            if (!director.TryGetProperty("scores", out JsonElement given) || given.ValueKind != JsonValueKind.Object)
                continue;
            var numbers = given.EnumerateObject().Where(s => s.Value.ValueKind == JsonValueKind.Number).ToDictionary(s => s.Name, s => s.Value.GetDouble());
            if (numbers.Count > 0)
                scores.Add(numbers);
        }

        return scores;
    }

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
            _problems.Add(otherwise);
    }

    private async Task<T> GetAsync<T>(string path, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        Read($"GET {path}", await GetAsync(path, cancellationToken).ConfigureAwait(false), read);

    private async Task<byte[]> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? body
            : throw new InvalidOperationException($"GET {path} answers {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
    }

    private static T Read<T>(string request, byte[] body, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            return read(json.RootElement);
        }
        catch (Exception error) when (VerifiedStream.IsMalformed(error))
        {
            throw new InvalidDataException($"what {request} answers is malformed: {error.Message}", error);
        }
    }

    /// <summary>False where something that was refused comes before it.</summary>
    private async Task<bool> FirstChunkComesAsync(VerifiedStream stream, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.WhenAny(stream.FirstChunk, stream.Refused).WaitAsync(_limits.FirstChunk, cancellationToken).ConfigureAwait(false) == stream.FirstChunk;
        }
        catch (TimeoutException)
        {
            throw InVain(_limits.FirstChunk, "the first verified chunk");
        }
    }

    private async Task WaitAsync(Func<Task<bool>> condition, TimeSpan limit, string what, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw InVain(limit, what);
            await Task.Delay(_limits.Poll, cancellationToken).ConfigureAwait(false);
        }
    }

    private static TimeoutException InVain(TimeSpan limit, string what) => new($"waited {limit.TotalSeconds:0.#} s in vain for {what}");
}
