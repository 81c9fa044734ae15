using System.CommandLine;
using System.Net;
using Nsn.Vortex;
using Nsn.WebRtc.Client;

namespace Nsn.Cli;

/// <summary>What <c>nsn watch</c> and <c>nsn publish</c> share: options, and the words for what can go wrong between here and a server.</summary>
internal sealed class LiveSession
{
    /// <summary>The variable that holds the token where the option is not given, so that it does not show in the list of processes.</summary>
    public const string TokenVariable = "NSN_TOKEN";

    private readonly Option<string?> _token = new Option<string?>("--token")
    {
        Description = $"The bearer token that the server asks for; {TokenVariable} in the environment where it is not given.",
    }.NotBlank();

    private readonly Option<double> _timeout = new("--connect-timeout")
    {
        Description = "Seconds that signalling, ICE and DTLS may take together.",
        DefaultValueFactory = _ => 10,
    };

    public LiveSession(string endpoint)
    {
        Url = Files.Argument("url", $"The {endpoint} endpoint, http or https.");
        Url.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !TryParse(result.Tokens[0].Value, out _))
                result.AddError($"'{result.Tokens[0].Value}' is no http or https address.");
        });
        _timeout.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is > 0 and <= 600))
                result.AddError("--connect-timeout is more than 0 and at most 600 seconds.");
        });
    }

    public Argument<string> Url { get; }

    public void AddTo(Command command)
    {
        command.Add(Url);
        command.Add(_token);
        command.Add(_timeout);
    }

    public Uri Endpoint(ParseResult parsed) => TryParse(parsed.GetValue(Url)!, out var url) ? url! : throw new ClipException(ClipError.InvalidRequest, "The address is wrong.");

    public string? Token(ParseResult parsed) => parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable(TokenVariable);

    public TimeSpan Timeout(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_timeout));

    /// <summary>Connects, or says in a sentence what is in the way.</summary>
    /// <exception cref="ClipException">The server cannot be reached, refuses, or nothing comes through.</exception>
    public static async Task ConnectAsync(WebRtcClient client, Uri url, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            await client.ConnectAsync(url, timeout.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.StatusCode is { } status)
        {
            throw new ClipException(ClipError.InvalidRequest, Refusal(exception.Message, status), exception);
        }
        catch (HttpRequestException exception)
        {
            throw new ClipException(ClipError.Media, $"{url} cannot be reached: {exception.Message}", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new ClipException(ClipError.Media, exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (client.Connection.Closed is { IsCompletedSuccessfully: true } closed)
                throw new ClipException(ClipError.Media, $"The session with {url} ended before it stood: {closed.Result.Details}.", exception);
            var seconds = FormattableString.Invariant($"{limit.TotalSeconds:0.##} s");
            throw new ClipException(
                ClipError.DeadlineExceeded,
                client.IsAnswered
                    ? $"{url} answered, but no UDP came through to its media port within {seconds}. Is UDP blocked on the way, or does the server announce an address that cannot be reached from here?"
                    : $"{url} did not answer within {seconds}.",
                exception);
        }
    }

    private static string Refusal(string message, HttpStatusCode status) => message.TrimEnd(' ', ':') + status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $" (a token is given with --token or {TokenVariable})",
        HttpStatusCode.Conflict => " (nobody publishes there now, or somebody else does)",
        HttpStatusCode.NotFound => " (there is no such endpoint)",
        _ => "",
    };

    private static bool TryParse(string text, out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
}
