using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.AppHost.Smoke;

/// <summary>
/// Asks a running gateway for a clip, watches as a viewer until it is on air, and checks everything by itself: the certificate against the epoch's
/// directors, the recipe against the prompt, every chunk that came over WebRTC against the certificate.
/// </summary>
internal sealed class SmokeTest(Uri gateway, string prompt, Action<string> say) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstChunkLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CertifiedLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReceivedLimit = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<string> _problems = [];

    public async Task<SmokeReport> RunAsync(double secondsToReady, CancellationToken cancellationToken)
    {
        var report = new SmokeReport { Passed = false, Problems = _problems, Prompt = prompt, SecondsToReady = secondsToReady };
        try
        {
            JsonElement info = await GetAsync("/p2p/info", cancellationToken).ConfigureAwait(false);
            Hash256 chainId = Hash256.Parse(info.GetProperty("chainId").GetString()!);
            var stream = new VerifiedStream(chainId);
            await using var viewer = new SmokeViewer(_http, stream);
            long joined = Stopwatch.GetTimestamp();
            await viewer.JoinAsync(new Uri(gateway, "/api/channels/main/offer"), cancellationToken).ConfigureAwait(false);
            await stream.FirstChunk.WaitAsync(FirstChunkLimit, cancellationToken).ConfigureAwait(false);
            report = report with { JoinToFirstVerifiedChunkSeconds = SecondsSince(joined) };
            say($"the first verified chunk after {report.JoinToFirstVerifiedChunkSeconds:F2} s");
            report = await FollowPromptAsync(report, chainId, stream, cancellationToken).ConfigureAwait(false);
            report = report with { ChunksBroken = stream.Broken };
            _problems.AddRange(stream.Problems);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _problems.Add(error.Message);
        }

        return report with { Passed = _problems.Count == 0 };
    }

    public void Dispose() => _http.Dispose();

    private static double SecondsSince(long timestamp) => Math.Round(Stopwatch.GetElapsedTime(timestamp).TotalSeconds, 3);

    private async Task<SmokeReport> FollowPromptAsync(SmokeReport report, Hash256 chainId, VerifiedStream stream, CancellationToken cancellationToken)
    {
        long submitted = Stopwatch.GetTimestamp();
        string recipe = await SubmitAsync(cancellationToken).ConfigureAwait(false);
        ulong slot = await WaitForCertificateAsync(recipe, cancellationToken).ConfigureAwait(false);
        report = report with { Slot = (long)slot, PromptToCertifiedSeconds = SecondsSince(submitted) };
        say($"certified in slot {slot} after {report.PromptToCertifiedSeconds:F1} s");

        report = await CheckCertificateAsync(report, chainId, slot, cancellationToken).ConfigureAwait(false);
        await WaitAsync(() => Task.FromResult(stream.ProgressOf(slot) is { IsComplete: true }), ReceivedLimit, $"the whole clip of slot {slot}", cancellationToken)
            .ConfigureAwait(false);
        report = report with { ChunksVerified = stream.ProgressOf(slot)?.Chunks, PromptToReceivedSeconds = SecondsSince(submitted) };
        say($"{report.ChunksVerified} chunks received and verified after {report.PromptToReceivedSeconds:F1} s");
        return report;
    }

    private async Task<string> SubmitAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recipes") { Content = JsonContent.Create(new { channel = "main", prompt }) };
        request.Headers.Add("Idempotency-Key", $"smoke-{Guid.NewGuid():N}");
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        string body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"the prompt was refused with {(int)response.StatusCode}: {body}");
        using JsonDocument json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private async Task<ulong> WaitForCertificateAsync(string recipe, CancellationToken cancellationToken)
    {
        ulong slot = 0;
        await WaitAsync(
            async () =>
            {
                JsonElement state = await GetAsync($"/api/recipes/{recipe}", cancellationToken).ConfigureAwait(false);
                string name = state.GetProperty("state").GetString()!;
                if (name is "failed" or "rejected")
                    throw new InvalidOperationException($"the prompt's slot {name}: {state}");
                if (state.TryGetProperty("slot", out JsonElement number) && number.ValueKind == JsonValueKind.Number)
                    slot = number.GetUInt64();
                return slot > 0 && name is "certified" or "on-air" or "aired";
            },
            CertifiedLimit,
            "the prompt's certificate",
            cancellationToken).ConfigureAwait(false);
        return slot;
    }

    private async Task<SmokeReport> CheckCertificateAsync(SmokeReport report, Hash256 chainId, ulong slot, CancellationToken cancellationToken)
    {
        byte[] encoded = await _http.GetByteArrayAsync(new Uri($"/api/slots/{slot}/certificate", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        if (!Certificate.TryDecode(encoded, out Certificate? certificate, out CertificateError error))
            throw new InvalidDataException($"the certificate cannot be read: {error}");
        JsonElement directorsJson = await GetAsync($"/api/epochs/{certificate.Statement.Epoch}/directors", cancellationToken).ConfigureAwait(false);
        EpochDirectors directors = VerifiedStream.ParseDirectors(chainId, directorsJson) ?? throw new InvalidDataException("the list of directors is malformed");
        error = certificate.Verify(Ed25519.Instance, directors);
        Check(error == CertificateError.None, $"the certificate does not hold: {error}");
        Check(certificate.IsAccept && certificate.Statement.Slot == slot, "the certificate is for another slot, or rejects the clip");

        byte[] recipeBytes = await _http.GetByteArrayAsync(new Uri($"/api/slots/{slot}/recipe", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        bool matches = RecipeCodec.TryDecode(recipeBytes, out Recipe? recipe, out _)
            && RecipeCodec.Hash(recipe) == certificate.Statement.RecipeHash && recipe.VisualTrack.Prompt == prompt.Trim();
        Check(matches, "the certified recipe does not ask for the prompt");

        JsonElement detail = await GetAsync($"/api/slots/{slot}", cancellationToken).ConfigureAwait(false);
        return report with { Votes = certificate.Signatures.Length, RecipeMatches = matches, Scores = ReadScores(detail) };
    }

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

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        string body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"GET {path} answers {(int)response.StatusCode}: {body}");
        using JsonDocument json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    private static async Task WaitAsync(Func<Task<bool>> condition, TimeSpan limit, string what, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"waited {limit.TotalSeconds:F0} s in vain for {what}");
            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }
    }
}
