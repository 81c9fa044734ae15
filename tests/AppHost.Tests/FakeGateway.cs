using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.AppHost.Tests;

/// <summary>
/// A gateway with one slot on air, which puts the first prompt that it gets into the next: over HTTP and a real data channel as docs/player-protocol.md says, with
/// chunks, recipes and certificates of directors whose keys are here. What it says goes through <see cref="Lies"/>.
/// </summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    public const ulong Epoch = 7, OnAir = 41, Asked = 42;
    public const byte Filler = 0, Summary = 2, CertificateFrame = 3, RecipeFrame = 4, ChunkFrame = 5, DirectorsFrame = 6, ErrorFrame = 8;
    private const int PieceMax = 20_000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private static readonly Hash256 s_chain = Sha2.Hash256("a chain"u8);
    private static readonly Ed25519Signer[] s_directors = Signers(1), s_strangers = Signers(101);

    private readonly WebApplication _web;
    private readonly WebRtcServer _webRtc = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback, EnableTcp = false });
    private readonly Lies _lies;
    private readonly Dictionary<ulong, Slot> _slots = [];
    private (WebRtcConnection Connection, DataChannel Channel) _viewer;
    private string? _prompt;
    private int _looks;

    private FakeGateway(Lies lies)
    {
        _lies = lies;
        _slots[OnAir] = Slot.Make(OnAir, "what is on air anyway", statement => statement);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public Uri Address => new(_web.Urls.First());

    /// <summary>Chunks of the clip that is made for the prompt.</summary>
    public int Chunks => _slots[Asked].Clip.ChunkCount;

    public static async Task<FakeGateway> StartAsync(Lies lies)
    {
        var gateway = new FakeGateway(lies);
        await gateway._web.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _webRtc.Dispose();
    }

    /// <summary>The certificate of another statement, signed by the same directors, or by five whom nobody has elected.</summary>
    public static byte[] SignAnew(byte[] certificate, Func<SlotStatement, SlotStatement> change, bool byStrangers = false)
    {
        Assert.True(Certificate.TryDecode(certificate, out Certificate? former, out _));
        return Certify(change(former.Statement), byStrangers ? s_strangers : s_directors);
    }

    /// <summary>The canonical bytes of a recipe for a prompt.</summary>
    public static byte[] RecipeOf(string prompt, string script) => RecipeCodec.Encode(new Recipe
    {
        RecipeId = "r-1",
        SlotParameters = new SlotParameters { DurationSeconds = 8 },
        AudioTrack = new AudioTrack { Script = script },
        VisualTrack = new VisualTrack { Prompt = prompt },
    });

    /// <summary>The list of an epoch's directors.</summary>
    public static byte[] Directors(bool strangers = false) => Json(new
    {
        epoch = Epoch,
        threshold = Quorum.Votes,
        directors = (strangers ? s_strangers : s_directors).Select((signer, i) => new { key = signer.PublicKey.ToString(), name = $"director {i + 1}" }),
    });

    private static Ed25519Signer[] Signers(byte first) =>
        [.. Enumerable.Range(first, Quorum.Directors).Select(n => new Ed25519Signer(Enumerable.Repeat((byte)n, Ed25519Signer.SeedBytes).ToArray()))];

    private static byte[] Certify(SlotStatement statement, Ed25519Signer[] signers)
    {
        var directors = new EpochDirectors(statement.ChainId, statement.Epoch, [.. signers.Select(signer => signer.PublicKey)]);
        return Certificate.Create(directors, [.. signers.Skip(1).Select(signer => Vote.Sign(signer, statement))]).Encode();
    }

    private static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value, s_json);

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        string body = await reader.ReadToEndAsync(context.RequestAborted), request = $"{context.Request.Method} {context.Request.Path}";
        Answer answer = _lies.Answer(request, Tell(request, body, context.Request.Headers["Idempotency-Key"]));
        context.Response.StatusCode = answer.Status;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private Answer Tell(string request, string body, string? key) => request switch
    {
        "GET /p2p/info" => new Answer(200, Json(new { protocol = 1, chainId = s_chain.ToString() })),
        "POST /api/channels/main/offer" => Connect(body),
        "POST /api/recipes" => TakePrompt(body, key),
        "GET /api/recipes/r-1" when _prompt is not null => TellState(),
        "GET /api/epochs/7/directors" => new Answer(200, Directors()),
        "GET /api/slots/42/certificate" when IsCertified => new Answer(200, _slots[Asked].Certificate),
        "GET /api/slots/42/recipe" when IsCertified => new Answer(200, _slots[Asked].Recipe),
        "GET /api/slots/42" when IsCertified => new Answer(200, Json(new
        {
            slot = Asked,
            directors = new object[] { new { scores = new { clipA = 0.31, clipB = 0.29 } }, new { scores = (object?)null }, new { verdict = "absent" }, new { scores = new { clipA = 0.5 } } },
        })),
        _ when request.StartsWith("DELETE /api/sessions/", StringComparison.Ordinal) => new Answer(204, []),
        _ => new Answer(404, Json(new { title = "There is no such thing", status = 404 })),
    };

    private bool IsCertified => _looks >= 3;

    private Answer TakePrompt(string body, string? key)
    {
        JsonElement asked = JsonSerializer.Deserialize<JsonElement>(body);
        if (string.IsNullOrEmpty(key) || asked.GetProperty("channel").GetString() != "main" || _prompt is not null)
            return new Answer(400, Json(new { title = "One prompt for main, with a key", status = 400 }));
        _prompt = asked.GetProperty("prompt").GetString()!;
        _slots[Asked] = Slot.Make(Asked, _lies.Prompt(_prompt.Trim()), _lies.Statement);
        return new Answer(202, Json(new { id = "r-1", state = "queued" }));
    }

    private Answer TellState()
    {
        _looks++;
        if (_looks == 3)
            SendAsked();
        return new Answer(200, Json(new { id = "r-1", state = _looks switch { 1 => "queued", 2 => "generating", _ => "certified" }, slot = _looks == 1 ? (ulong?)null : Asked }));
    }

    private Answer Connect(string offer)
    {
        if (!_webRtc.TryAccept(offer, session => session with { SendMedia = false, ReceiveMedia = false }, out WebRtcConnection? viewer, out string answer, out string? reason))
            return new Answer(400, Json(new { title = reason, status = 400 }));
        viewer!.Event += (connection, happened) =>
        {
            // Whatever is not as players do it ends the connection.
            if (happened is DataChannelOpened { Channel: not { Label: "nsn.chunks", Settings: { Protocol: "nsn.frames.1", Ordered: true, MaxRetransmits: null, MaxPacketLifetime: null } } })
                connection.Close();
            else if (happened is DataChannelMessage message)
                TakeFrame(connection, message);
        };
        return new Answer(201, Encoding.UTF8.GetBytes(answer));
    }

    private void TakeFrame(WebRtcConnection connection, DataChannelMessage message)
    {
        ReadOnlySpan<byte> frame = message.Data.Span;
        JsonElement asked = JsonSerializer.Deserialize<JsonElement>(frame[5..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame) != frame.Length - 4 || frame[4] != 0x81
            || asked.GetProperty("channel").GetString() != "main" || asked.GetProperty("from").ValueKind != JsonValueKind.Null)
        {
            connection.Close();
            return;
        }

        _viewer = (connection, message.Channel);
        Send(OnAir, 1, Json(new { protocol = 1, channel = "main" }));
        Send(OnAir, DirectorsFrame, Directors());
        // Filler, for which nobody claims that it is certified.
        foreach (Chunk chunk in Slot.Make(OnAir - 1, "filler", statement => statement).Clip.Chunks)
            Send(OnAir, Filler, chunk.Encode(), ChunkFrame);
        Send(OnAir);
    }

    private void SendAsked()
    {
        if (_lies.HangsUp)
        {
            _viewer.Connection.Close();
            return;
        }

        SendBytes(_lies.Before());
        Send(Asked);
    }

    private void Send(ulong number)
    {
        Slot slot = _slots[number];
        Send(number, Summary, Json(new { slot = number, state = "certified" }));
        Send(number, CertificateFrame, slot.Certificate);
        Send(number, RecipeFrame, [.. BitConverter.GetBytes(number), .. slot.Recipe]);
        foreach (Chunk chunk in slot.Clip.Chunks)
            Send(number, ChunkFrame, chunk.Encode());
    }

    private void Send(ulong slot, byte type, byte[] body, byte? sentAs = null)
    {
        if (_lies.Frame(slot, type, body) is not { } told)
            return;
        byte[] frame = new byte[5 + told.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, 1 + told.Length);
        frame[4] = sentAs ?? type;
        told.CopyTo(frame, 5);
        SendBytes(frame);
    }

    private void SendBytes(byte[] bytes)
    {
        foreach (byte[] piece in bytes.Chunk(PieceMax))
        {
            // After a lie, the viewer may have hung up.
            SctpSendResult result = _viewer.Connection.SendData(_viewer.Channel, piece);
            Assert.True(result is SctpSendResult.Queued or SctpSendResult.Closed or SctpSendResult.StreamUnavailable, $"A piece of {piece.Length} bytes was not taken: {result}.");
        }
    }

    private sealed record Slot(byte[] Recipe, Clip Clip, byte[] Certificate)
    {
        public static Slot Make(ulong number, string prompt, Func<SlotStatement, SlotStatement> change)
        {
            var random = new Random((int)number);
            var builder = new ClipBuilder(payloadBytesMax: 30_000);
            for (uint second = 0; second < 3; second++)
            {
                byte[] segment = new byte[50_000];
                random.NextBytes(segment);
                builder.AddSegment(segment, second * 1000, 1000);
            }

            Clip clip = builder.Build(number);
            byte[] recipe = RecipeOf(prompt, "A word.");
            Assert.True(RecipeCodec.TryDecode(recipe, out Recipe? decoded, out _));
            var statement = new SlotStatement
            {
                ChainId = s_chain,
                Epoch = Epoch,
                Slot = number,
                RecipeHash = decoded.Hash(),
                ModelPackHash = Sha2.Hash256("a pack"u8),
                ContentRoot = clip.ContentRoot,
                EmbeddingHash = Sha2.Hash256("an embedding"u8),
                Verdict = Verdict.Accept,
            };
            return new Slot(recipe, clip, Certify(change(statement), s_directors));
        }
    }
}
