using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;
using Nsn.Grains.Channels;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Gateway.Endpoints;

/// <summary>Prompts on their way to air.</summary>
internal static class RecipeEndpoints
{
    /// <summary>Name of the rate limit for submissions.</summary>
    public const string Policy = "recipes";

    private const int KeyLengthMax = 64;

    public static void MapRecipes(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/recipes", Submit)
            .Accepts<RecipeRequest>("application/json")
            .Produces<RecipeStatus>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Asks for a clip; the header Idempotency-Key makes repeating safe")
            .RequireRateLimiting(Policy);
        routes.MapPost("/api/recipes/signed", SubmitSigned)
            .Accepts<Stream>("application/octet-stream")
            .Produces<RecipeStatus>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Asks for a clip with a recipe that its author has signed: its canonical bytes (docs/formats.md section 9)")
            .RequireRateLimiting(Policy);
        routes.OpenToReaders().MapGet("/api/recipes/{id}", Get)
            .Produces<RecipeStatus>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Where a recipe is on its way to air");
    }

    private static async Task<IResult> Submit(
        RecipeRequest request, HttpContext context, ChannelTails tails, IGrainFactory grains, IOptions<GatewaySettings> settings)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0)
            key = "none-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        if (key.Length > KeyLengthMax || key.Any(letter => letter is < '!' or > '~'))
            return Problems.BadRequest($"Idempotency-Key has 1 to {KeyLengthMax} printable characters.");
        var channel = request.Channel ?? tails.Main.Name;
        if (tails.Find(channel) is not { } tail)
            return Problems.NotFound($"There is no channel '{channel}'. GET /api/channels lists them.");
        if (tail.Head is not { } head)
            return NoChain(context);

        // A key is its sender's own: others who choose the same one have nothing to do with it.
        var submitter = AddressShares.AddressOf(context).ToString();
        var scope = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{submitter} {key}")));
        var recipe = ToRecipe(request, scope, head.Timing.SlotDuration, settings.Value);
        var violations = RecipeValidator.Validate(recipe);
        if (violations.Count > 0)
        {
            return Results.ValidationProblem(
                violations.GroupBy(violation => FieldOf(violation.Path)).ToDictionary(group => group.Key, group => group.Select(v => v.Message).ToArray()),
                statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "The recipe breaks a bound");
        }

        return await EnqueueAsync(context, tail.Name, head.Timing.SlotDuration, grains, new RecipeSubmission(RecipeCodec.Encode(recipe), scope, submitter));
    }

    /// <summary>Takes a recipe that its author has signed. The same one again is the same request, whoever sends it and however often.</summary>
    private static async Task<IResult> SubmitSigned(
        HttpContext context, ChannelTails tails, IGrainFactory grains, IOptions<GatewaySettings> settings, TimeProvider time, string? channel)
    {
        if (tails.Find(channel ?? tails.Main.Name) is not { } tail)
            return Problems.NotFound($"There is no channel '{channel}'. GET /api/channels lists them.");
        if (context.Request.ContentType?.Split(';')[0].Trim() is not "application/octet-stream")
            return Problems.WrongType("Send the recipe's canonical bytes as application/octet-stream.");
        if (context.Request.ContentLength > RecipeLimits.CanonicalBytesMax)
            return Problems.TooLong($"A recipe has at most {RecipeLimits.CanonicalBytesMax} bytes.");
        if (tail.Head is not { } head)
            return NoChain(context);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (!RecipeCodec.TryDecode(body.GetBuffer().AsSpan(0, (int)body.Length), out var recipe, out var reason))
            return Problems.BadRequest($"These bytes are no recipe: {reason}.");
        if (recipe.Author is not { } author)
            return Unsigned("the recipe is not signed: POST /api/recipes takes prompts without a signature");
        if (Authorship.WhyNot(recipe, new Hash256(head.GenesisHash), (ulong)time.GetUtcNow().ToUnixTimeMilliseconds()) is { } forged)
            return Unsigned(forged);
        if (recipe.SlotParameters.Width > settings.Value.PictureSize || recipe.SlotParameters.Height > settings.Value.PictureSize
            || recipe.SlotParameters.FramesPerSecond > settings.Value.FramesPerSecond)
        {
            return Results.ValidationProblem(
                new Dictionary<string, string[]>
                {
                    ["slot_params"] = [$"this gateway takes pictures of at most {settings.Value.PictureSize}x{settings.Value.PictureSize} and {settings.Value.FramesPerSecond} frames per second"],
                },
                statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "The recipe breaks a bound");
        }

        var key = Convert.ToHexStringLower(SHA256.HashData([.. author.Account.AsSpan(), .. recipe.Hash().AsSpan()]));
        return await EnqueueAsync(context, tail.Name, head.Timing.SlotDuration, grains, new RecipeSubmission(RecipeCodec.Encode(recipe), key, AddressShares.AddressOf(context).ToString()));

        static IResult Unsigned(string why) => Results.ValidationProblem(
            new Dictionary<string, string[]> { ["security"] = [why] }, statusCode: StatusCodes.Status422UnprocessableEntity, title: "The author's signature does not hold");
    }

    private static async Task<IResult> EnqueueAsync(HttpContext context, string channel, TimeSpan slot, IGrainFactory grains, RecipeSubmission submission)
    {
        var answer = await grains.GetGrain<IChannelGrain>(channel).EnqueueAsync(submission);
        var slotSeconds = (int)Math.Ceiling(slot.TotalSeconds);
        return answer.Outcome switch
        {
            EnqueueOutcome.Accepted or EnqueueOutcome.Repeated => Accepted(context, channel, answer.Ticket!),
            EnqueueOutcome.KeyReused => Problems.Conflict("This Idempotency-Key stands for another recipe. Use a new key for a new recipe."),
            EnqueueOutcome.IdTaken => Problems.Conflict("Another recipe has this recipe_id. Choose another one, and sign the recipe again."),
            EnqueueOutcome.QueueFull => Problems.TooMany(context, "The queue is full. A place gets free with every slot.", slotSeconds),
            EnqueueOutcome.TooMany => Problems.TooMany(context, "You have your share of the queue. Try again when one of yours was on air.", slotSeconds),
            _ => Results.ValidationProblem(
                new Dictionary<string, string[]> { ["recipe"] = answer.Reasons },
                statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "The channel refuses the recipe"),
        };
    }

    private static async Task<IResult> Get(string id, ChannelTails tails, IGrainFactory grains) =>
        id.Length <= KeyLengthMax && await grains.GetGrain<IChannelGrain>(tails.Main.Name).GetRecipeAsync(id) is { } ticket
            ? Results.Json(ApiMapper.ToStatus(tails.Main.Name, ticket), ApiJson.Options)
            : Problems.NotFound("There is no such recipe, or it was on air long ago.");

    /// <summary>How long a slot lasts, and whom a signature is meant for, is the chain's to say.</summary>
    private static IResult NoChain(HttpContext context) => Problems.Unavailable(context, "The gateway has not heard of the chain yet.");

    private static IResult Accepted(HttpContext context, string channel, RecipeTicket ticket)
    {
        context.Response.Headers.Location = $"/api/recipes/{ticket.Id}";
        return Results.Json(ApiMapper.ToStatus(channel, ticket), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static Recipe ToRecipe(RecipeRequest request, string scope, TimeSpan slot, GatewaySettings settings)
    {
        var seconds = request.Seconds ?? (int)slot.TotalSeconds;
        var prompt = request.Prompt?.Trim() ?? "";
        return new Recipe
        {
            RecipeId = "r-" + scope[..16],
            SlotParameters = new SlotParameters
            {
                DurationSeconds = (uint)Math.Max(0, seconds),
                Width = (ushort)settings.PictureSize,
                Height = (ushort)settings.PictureSize,
                FramesPerSecond = (uint)settings.FramesPerSecond,
            },
            AudioTrack = new AudioTrack
            {
                Script = string.IsNullOrWhiteSpace(request.Script) ? prompt : request.Script.Trim(),
                VoiceId = request.Voice ?? "default",
                Emotion = Enum.TryParse<Emotion>(request.Emotion ?? "neutral", ignoreCase: true, out var emotion) ? emotion : (Emotion)byte.MaxValue,
            },
            VisualTrack = new VisualTrack
            {
                Prompt = prompt,
                NegativePrompt = request.NegativePrompt?.Trim() ?? "",
                MotionPreset = request.Style ?? "natural",
                CameraMotion = request.Camera ?? "static",
            },
        };
    }

    /// <summary>The request's field for a path of the recipe, so that a person finds what to change.</summary>
    private static string FieldOf(string path) => path switch
    {
        "/visual_track/prompt" => "prompt",
        "/visual_track/negative_prompt" => "negativePrompt",
        "/visual_track/motion_preset" => "style",
        "/visual_track/camera_motion" => "camera",
        "/audio_track/script" => "script",
        "/audio_track/voice_id" => "voice",
        "/audio_track/emotion" => "emotion",
        "/slot_params/duration_sec" => "seconds",
        _ => path,
    };
}
