using System.Text;
using System.Text.Json.Nodes;
using Nsn.AppHost.Smoke;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.AppHost.Tests;

/// <summary>The smoke test against a gateway that tells the truth, and against one that lies in one way at a time.</summary>
public sealed class SmokeHonestyTests
{
    private const string Prompt = "a red fox in a bakery", Certificate = "GET /api/slots/42/certificate", Recipe = "GET /api/slots/42/recipe", Directors = "GET /api/epochs/7/directors";

    private static readonly SmokeLimits s_patient = new() { Poll = TimeSpan.FromMilliseconds(20), Certified = TimeSpan.FromSeconds(30), Received = TimeSpan.FromSeconds(30) };
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(0.3);

    [Theory]
    [InlineData(Prompt)]
    [InlineData($"  {Prompt}\n")]
    public async Task A_gateway_that_tells_the_truth_passes(string prompt)
    {
        (SmokeReport report, int chunks) = await RunAsync(new Lies(), prompt: prompt);
        Assert.Empty(report.Problems);
        Assert.True(report.Passed && report.Ok);
        Assert.Equal((42, 4, true), (report.Slot, report.Votes, report.RecipeMatches));
        Assert.Equal((chunks, 0), (report.ChunksVerified, report.ChunksBroken));
        Assert.Equal(["clipA 0.31 clipB 0.29", "clipA 0.5"], report.Scores.Select(scores => string.Join(' ', scores.Select(score => $"{score.Key} {score.Value}"))));
        Assert.Equal((prompt, 1.5), (report.Prompt, report.SecondsToReady));
        Assert.True(report.JoinToFirstVerifiedChunkSeconds > 0 && report.PromptToCertifiedSeconds > 0 && report.PromptToReceivedSeconds >= report.PromptToCertifiedSeconds);
    }

    [Fact]
    public async Task A_certificate_with_a_broken_signature_fails() =>
        await FailsAsync(At(Certificate, FlipLastBit), ["the certificate does not hold: WrongSignature"]);

    [Fact]
    public async Task A_certificate_signed_by_people_whom_nobody_has_elected_fails() =>
        await FailsAsync(At(Certificate, body => FakeGateway.SignAnew(body, statement => statement, byStrangers: true)), ["the certificate does not hold: WrongSignature"]);

    [Fact]
    public async Task A_certificate_of_another_chain_fails() =>
        await FailsAsync(Resigned(statement => statement with { ChainId = default }), ["the certificate does not hold: WrongChain", "has another certificate of slot 42"]);

    [Fact]
    public async Task A_certificate_for_another_slot_fails() =>
        await FailsAsync(Resigned(statement => statement with { Slot = 41 }), ["the certificate is for slot 41, not for 42", "has another certificate of slot 42"]);

    [Fact]
    public async Task A_certificate_that_rejects_the_clip_fails() =>
        await FailsAsync(Resigned(statement => statement with { Verdict = Verdict.RejectScores }), ["the certificate rejects the clip: RejectScores", "has another certificate of slot 42"]);

    [Fact]
    public async Task A_certificate_for_other_bytes_than_those_that_come_fails() =>
        await FailsAsync(
            Resigned(statement => statement with { ContentRoot = default }), ["the data channel has another certificate of slot 42 than /api/slots/42/certificate"]);

    [Fact]
    public async Task Bytes_that_are_no_certificate_fail()
    {
        SmokeReport report = await FailsAsync(At(Certificate, body => body[..^1]), ["the certificate cannot be read: Malformed"]);
        Assert.Equal(42, report.Slot);
        Assert.Null(report.Votes);
    }

    [Fact]
    public async Task A_certified_recipe_for_another_prompt_fails()
    {
        SmokeReport report = await FailsAsync(new Lies { Prompt = _ => "a blue fox" }, ["the certified recipe does not ask for the prompt, but for: a blue fox"]);
        Assert.False(report.RecipeMatches);
    }

    [Fact]
    public async Task A_recipe_that_is_not_the_certified_one_fails()
    {
        SmokeReport report = await FailsAsync(At(Recipe, _ => FakeGateway.RecipeOf(Prompt, "Another word.")), ["the recipe is not the one that the certificate names"]);
        Assert.False(report.RecipeMatches);
    }

    [Fact]
    public async Task Bytes_that_are_no_recipe_fail()
    {
        SmokeReport report = await FailsAsync(At(Recipe, body => body[..^1]), ["the recipe cannot be read: not a recipe"]);
        Assert.False(report.RecipeMatches);
    }

    [Theory]
    [InlineData("four", "an epoch has 5 directors, got 4")]
    [InlineData("twice", "a director is in the list twice")]
    [InlineData("key", "expected 64 hexadecimal digits")]
    [InlineData("epoch", "invalid format")]
    [InlineData("list", "The given key was not present")]
    [InlineData("JSON", "invalid")]
    public async Task A_malformed_list_of_directors_fails_on_both_ways(string how, string why)
    {
        await FailsAsync(At(Directors, body => Malformed(body, how)), [$"what {Directors} answers is malformed: "], why);
        await FailsAsync(
            Frames(FakeGateway.OnAir, FakeGateway.DirectorsFrame, body => Malformed(body, how)), ["a list of directors is malformed: "], why, andMore: true);
    }

    [Fact]
    public async Task Directors_of_another_epoch_fail() =>
        await FailsAsync(At(Directors, body => Change(body, json => json["epoch"] = 8)), ["the certificate does not hold: WrongEpoch"]);

    [Fact]
    public async Task Directors_whom_nobody_has_elected_fail() =>
        await FailsAsync(At(Directors, _ => FakeGateway.Directors(strangers: true)), ["the certificate does not hold: WrongSignature"]);

    [Fact]
    public async Task Directors_that_change_within_an_epoch_fail() =>
        await FailsAsync(
            new Lies { Before = () => Framed(FakeGateway.DirectorsFrame, FakeGateway.Directors(strangers: true)) }, ["the directors of epoch 7 are others than they were"]);

    [Fact]
    public async Task A_directors_list_that_comes_again_is_no_lie()
    {
        (SmokeReport report, _) = await RunAsync(new Lies { Before = () => Framed(FakeGateway.DirectorsFrame, FakeGateway.Directors()) });
        Assert.Empty(report.Problems);
        Assert.True(report.Passed);
    }

    [Theory]
    [InlineData("signature", "it does not hold: WrongSignature")]
    [InlineData("strangers", "it does not hold: WrongSignature")]
    [InlineData("chain", "it does not hold: WrongChain")]
    [InlineData("verdict", "it rejects the clip: RejectContent")]
    [InlineData("epoch", "the directors of epoch 8 did not come before it")]
    public async Task A_certificate_on_the_data_channel_that_does_not_hold_is_refused_and_so_is_all_that_it_covers(string what, string why)
    {
        byte[] Forge(byte[] body) => what switch
        {
            "signature" => FlipLastBit(body),
            "strangers" => FakeGateway.SignAnew(body, statement => statement, byStrangers: true),
            "chain" => FakeGateway.SignAnew(body, statement => statement with { ChainId = default }),
            "verdict" => FakeGateway.SignAnew(body, statement => statement with { Verdict = Verdict.RejectContent }),
            _ => FakeGateway.SignAnew(body, statement => statement with { Epoch = 8 }),
        };
        SmokeReport asked = await FailsAsync(
            Frames(FakeGateway.Asked, FakeGateway.CertificateFrame, Forge), [$"the certificate of slot 42 on the data channel was refused: {why}"]);
        Assert.Null(asked.ChunksVerified);
        SmokeReport onAir = await FailsAsync(
            Frames(FakeGateway.OnAir, FakeGateway.CertificateFrame, Forge), [$"the certificate of slot 41 on the data channel was refused: {why}"]);
        Assert.Null(onAir.JoinToFirstVerifiedChunkSeconds);
    }

    [Fact]
    public async Task Bytes_on_the_data_channel_that_are_no_certificate_fail() =>
        await FailsAsync(Frames(FakeGateway.Asked, FakeGateway.CertificateFrame, body => body[..^1]), ["a certificate cannot be read: Malformed"]);

    [Fact]
    public async Task Two_certificates_of_a_slot_that_say_different_things_fail()
    {
        byte[] former = [];
        var lies = Frames(FakeGateway.OnAir, FakeGateway.CertificateFrame, body => former = body);
        await FailsAsync(
            lies with { Before = () => Framed(FakeGateway.CertificateFrame, FakeGateway.SignAnew(former, statement => statement with { RecipeHash = default })) },
            ["slot 41 has two certificates that say different things"]);
    }

    [Theory]
    [InlineData("payload", "chunk 1 of slot 42 failed: WrongPayload")]
    [InlineData("proof", "chunk 1 of slot 42 failed: WrongProof")]
    [InlineData("form", "a chunk cannot be read: Malformed")]
    public async Task A_broken_chunk_fails_and_is_counted(string what, string why)
    {
        int count = 0;
        SmokeReport report = await FailsAsync(
            Frames(FakeGateway.Asked, FakeGateway.ChunkFrame, body =>
            {
                if (count++ == 1)
                {
                    if (what == "form")
                        return body[..^1];
                    body[what == "proof" ? 110 : ^1] ^= 1;
                }

                return body;
            }),
            [why]);
        Assert.Equal(1, report.ChunksBroken);
    }

    [Fact]
    public async Task The_first_verified_chunk_is_not_one_that_is_broken()
    {
        SmokeReport report = await FailsAsync(Frames(FakeGateway.OnAir, FakeGateway.ChunkFrame, FlipLastBit), ["chunk 0 of slot 41 failed: WrongPayload"], andMore: true);
        Assert.Null(report.JoinToFirstVerifiedChunkSeconds);
    }

    [Fact]
    public async Task A_chunk_that_comes_twice_fails()
    {
        byte[]? first = null;
        SmokeReport report = await FailsAsync(
            Frames(FakeGateway.Asked, FakeGateway.ChunkFrame, body => first ??= body), ["chunk 0 of slot 42 failed: Duplicate"], andMore: true);
        Assert.True(report.ChunksBroken > 0);
    }

    [Fact]
    public async Task A_missing_chunk_fails()
    {
        int count = 0;
        SmokeReport report = await FailsAsync(
            Frames(FakeGateway.Asked, FakeGateway.ChunkFrame, body => count++ == 1 ? null : body),
            ["waited 0.3 s in vain for the whole clip of slot 42"],
            limits: s_patient with { Received = s_short });
        Assert.Null(report.PromptToReceivedSeconds);
        Assert.Equal((42, 4, true, 0), (report.Slot, report.Votes, report.RecipeMatches, report.ChunksBroken));
    }

    [Fact]
    public async Task Chunks_of_another_clip_than_the_certified_one_count_for_nothing()
    {
        SmokeReport report = await FailsAsync(
            Frames(FakeGateway.Asked, FakeGateway.ChunkFrame, body =>
            {
                body[20] ^= 1;
                return body;
            }),
            ["waited 0.3 s in vain for the whole clip of slot 42"],
            limits: s_patient with { Received = s_short });
        Assert.True(report.ChunksVerified is null or 0);
    }

    [Fact]
    public async Task A_channel_without_certified_chunks_fails() =>
        await FailsAsync(
            Frames(FakeGateway.OnAir, FakeGateway.ChunkFrame, _ => null),
            ["waited 0.3 s in vain for the first verified chunk"],
            limits: s_patient with { FirstChunk = s_short });

    [Fact]
    public async Task A_prompt_that_is_refused_fails_with_what_the_gateway_says()
    {
        SmokeReport report = await FailsAsync(
            new Lies { Answer = (request, answer) => request == "POST /api/recipes" ? new Answer(422, """{"title":"This prompt is not taken"}"""u8.ToArray()) : answer },
            ["""the prompt was refused with 422: {"title":"This prompt is not taken"}"""]);
        Assert.NotNull(report.JoinToFirstVerifiedChunkSeconds);
        Assert.Null(report.Slot);
    }

    [Fact]
    public async Task A_slot_that_fails_fails_with_its_reason() =>
        await FailsAsync(
            At("GET /api/recipes/r-1", body => Change(body, json =>
            {
                json["state"] = "failed";
                json["reason"] = "3 of 5 rejected the clip";
            })),
            ["""the prompt's slot failed: {"id":"r-1","state":"failed","slot":null,"reason":"3 of 5 rejected the clip"}"""]);

    [Fact]
    public async Task A_prompt_that_is_never_certified_fails() =>
        await FailsAsync(
            At("GET /api/recipes/r-1", body => Change(body, json => json["state"] = "verifying")),
            ["waited 0.3 s in vain for the prompt's certificate"],
            limits: s_patient with { Certified = s_short });

    [Theory]
    [InlineData("GET /p2p/info")]
    [InlineData("POST /api/channels/main/offer")]
    [InlineData("GET /api/recipes/r-1")]
    [InlineData(Certificate)]
    [InlineData(Directors)]
    [InlineData(Recipe)]
    [InlineData("GET /api/slots/42")]
    public async Task A_request_that_is_refused_fails_with_what_the_gateway_says(string refused)
    {
        Answer refusal = new(503, """{"title":"Not now"}"""u8.ToArray());
        await FailsAsync(new Lies { Answer = (request, answer) => request == refused ? refusal : answer }, [refused.Split(' ')[1]], """503: {"title":"Not now"}""");
    }

    [Theory]
    [InlineData("GET /p2p/info")]
    [InlineData("POST /api/recipes")]
    [InlineData("GET /api/recipes/r-1")]
    [InlineData("GET /api/slots/42")]
    public async Task An_answer_that_is_malformed_fails_and_is_named(string malformed) =>
        await FailsAsync(At(malformed, _ => """{"directors":5}"""u8.ToArray()), [$"what {malformed} answers is malformed: "]);

    [Theory]
    [InlineData(0)]
    [InlineData(FrameCutter.LengthMax + 1)]
    public async Task A_frame_of_impossible_length_fails(int length) =>
        await FailsAsync(new Lies { Before = () => [.. BitConverter.GetBytes(length), 5] }, ["a frame on the data channel is empty, or longer than frames can be"]);

    [Fact]
    public async Task A_gateway_that_ends_the_stream_fails_with_what_it_says() =>
        await FailsAsync(
            new Lies { Before = () => Framed(FakeGateway.ErrorFrame, """{"title":"Enough","fatal":true}"""u8.ToArray()) },
            ["""the gateway ends the stream: {"title":"Enough","fatal":true}"""]);

    [Fact]
    public async Task A_gateway_that_is_not_the_one_that_answered_the_offer_fails()
    {
        SmokeReport report = await FailsAsync(
            At("POST /api/channels/main/offer", body =>
            {
                string answer = Encoding.UTF8.GetString(body);
                int at = answer.IndexOf("sha-256 ", StringComparison.Ordinal) + "sha-256 ".Length;
                return Encoding.UTF8.GetBytes(string.Concat(answer.AsSpan(0, at), answer[at] == 'A' ? "B" : "A", answer.AsSpan(at + 1)));
            }),
            ["the WebRTC connection did not come about: "]);
        Assert.Null(report.JoinToFirstVerifiedChunkSeconds);
    }

    [Fact]
    public async Task A_gateway_that_hangs_up_fails() => await FailsAsync(new Lies { HangsUp = true }, ["the WebRTC connection ended: "]);

    /// <summary>Runs the smoke test, which must find exactly these problems.</summary>
    /// <param name="lies">What the gateway does.</param>
    /// <param name="problems">What each problem must contain, in their order.</param>
    /// <param name="why">What the first must contain, too.</param>
    /// <param name="andMore">Whether the lie has consequences, of which any number may come before the end.</param>
    /// <param name="limits">How long to wait; long enough for everything that comes, if null.</param>
    private static async Task<SmokeReport> FailsAsync(Lies lies, string[] problems, string why = "", bool andMore = false, SmokeLimits? limits = null)
    {
        (SmokeReport report, _) = await RunAsync(lies, limits);
        string all = string.Join(Environment.NewLine, report.Problems);
        Assert.False(report.Passed || report.Ok, "The lie was believed.");
        Assert.True(andMore ? report.Problems.Count >= problems.Length : report.Problems.Count == problems.Length, all);
        Assert.All(problems.Zip(report.Problems), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.Contains(why, report.Problems[0], StringComparison.Ordinal);
        return report;
    }

    private static async Task<(SmokeReport Report, int Chunks)> RunAsync(Lies lies, SmokeLimits? limits = null, string prompt = Prompt)
    {
        await using FakeGateway gateway = await FakeGateway.StartAsync(lies);
        using var test = new SmokeTest(gateway.Address, prompt, _ => { }, limits ?? s_patient);
        SmokeReport report = await test.RunAsync(1.5, TestContext.Current.CancellationToken);
        return (report, report.Passed ? gateway.Chunks : 0);
    }

    private static Lies At(string path, Func<byte[], byte[]> lie) =>
        new() { Answer = (request, answer) => request == path && answer.Status < 300 ? answer with { Body = lie([.. answer.Body]) } : answer };

    private static Lies Resigned(Func<SlotStatement, SlotStatement> change) => At(Certificate, body => FakeGateway.SignAnew(body, change));

    private static Lies Frames(ulong of, byte type, Func<byte[], byte[]?> lie) => new() { Frame = (slot, sent, body) => slot == of && sent == type ? lie([.. body]) : body };

    private static byte[] FlipLastBit(byte[] body)
    {
        body[^1] ^= 1;
        return body;
    }

    private static byte[] Change(byte[] body, Action<JsonObject> change)
    {
        JsonObject json = JsonNode.Parse(body)!.AsObject();
        change(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static byte[] Malformed(byte[] body, string how) => how == "JSON" ? body[1..] : Change(body, json =>
    {
        JsonArray directors = json["directors"]!.AsArray();
        switch (how)
        {
            case "four":
                directors.RemoveAt(4);
                break;
            case "twice":
                directors[4]!["key"] = (string)directors[0]!["key"]!;
                break;
            case "key":
                directors[2]!["key"] = "0x12";
                break;
            case "epoch":
                json["epoch"] = -1;
                break;
            case "list":
                json.Remove("directors");
                break;
        }
    });

    private static byte[] Framed(byte type, byte[] body) => [.. BitConverter.GetBytes(1 + body.Length), type, .. body];
}
