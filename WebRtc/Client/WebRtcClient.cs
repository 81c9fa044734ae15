using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Client;

/// <summary>
/// A WebRTC client for .NET programs: watches by WHEP or publishes by WHIP, with data channels. Frames and messages come as events of
/// <see cref="Connection"/>; they are encoded, nothing is decoded here.
/// </summary>
public sealed class WebRtcClient : IAsyncDisposable
{
    private static readonly TimeSpan HangUpTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private readonly WebRtcClientOptions _options;
    private readonly ClientLoop _loop;
    private readonly bool _ownsLoop;
    private readonly DtlsCertificate _certificate;
    private readonly ClientPeer _peer;
    private readonly string _offer;
    private Uri? _resource;

    /// <summary>Opens a socket and prepares an offer; nothing is sent before <see cref="ConnectAsync"/>.</summary>
    /// <param name="http">For the signalling.</param>
    /// <param name="options">What to offer.</param>
    /// <param name="loop">A thread shared with other clients; null for one of its own.</param>
    public WebRtcClient(HttpClient http, WebRtcClientOptions options, ClientLoop? loop = null)
    {
        _http = http;
        _options = options;
        _loop = loop ?? new ClientLoop();
        _ownsLoop = loop is null;
        _certificate = options.Certificate ?? DtlsCertificate.CreateEphemeral();
        SessionOptions session = new()
        {
            Certificate = _certificate,
            SendMedia = options.Send,
            ReceiveMedia = options.Receive,
            DataChannels = options.DataChannels,
            VideoCodecs = [options.VideoCodec],
            LegacySrtpOnly = options.LegacySrtpOnly,
            StreamName = "nsn-client",
            Epoch = _loop.Clock.Epoch,
        };
        _peer = new ClientPeer(_loop, session, options.BindAddress, out _offer);
    }

    /// <summary>The session: subscribe to its <see cref="WebRtcConnection.Event"/> before connecting.</summary>
    public WebRtcConnection Connection => _peer.Connection;

    /// <summary>The resource that the server made for this session; null before it answered.</summary>
    public Uri? Resource => _resource;

    /// <summary>True once the server's answer was taken: what is missing to a connection then is the way for UDP.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Posts the offer to a WHEP or WHIP endpoint and waits until media can flow.</summary>
    /// <exception cref="HttpRequestException">The server refused; its message carries the status code and the server's words.</exception>
    /// <exception cref="InvalidDataException">The answer cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the session closed while it was connecting.</exception>
    public async Task ConnectAsync(Uri endpoint, CancellationToken cancellationToken = default)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, endpoint);
        request.Content = new StringContent(_offer, Encoding.UTF8);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/sdp");
        Authorize(request);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Created)
        {
            throw new HttpRequestException($"{endpoint} answered {(int)response.StatusCode}: {text}", null, response.StatusCode);
        }

        _resource = response.Headers.Location is { } location ? new Uri(endpoint, location) : null;
        string? reason = Connection.Use((session, now) => session.TryApplyAnswer(text, now, out string? problem) ? null : problem ?? "unknown");
        if (reason is not null)
        {
            throw new InvalidDataException($"The answer of {endpoint} cannot be used: {reason}.");
        }

        IsAnswered = true;
        await Connection.Connected.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a video frame (WHIP).</summary>
    /// <param name="frame">The encoded frame.</param>
    /// <param name="timestamp">90 kHz.</param>
    /// <param name="isKeyFrame">True if decoding can start here.</param>
    public bool SendVideo(ReadOnlySpan<byte> frame, uint timestamp, bool isKeyFrame) =>
        Connection.SendFrame(MediaFrame.Create(_options.VideoCodec, frame, timestamp, isKeyFrame, captureTime: _loop.Clock.Now));

    /// <summary>Sends an Opus packet (WHIP).</summary>
    /// <param name="packet">One packet.</param>
    /// <param name="timestamp">48 kHz.</param>
    public bool SendAudio(ReadOnlySpan<byte> packet, uint timestamp) =>
        Connection.SendFrame(MediaFrame.Create(MediaCodec.Opus, packet, timestamp, isKeyFrame: true, captureTime: _loop.Clock.Now));

    /// <summary>
    /// Hangs up: sends the frames and messages that wait and closes the data channels, for which there is <see cref="WebRtcClientOptions.CloseTimeout"/>, then says
    /// DELETE on the session's resource, for which a server has two seconds. What the server did not confirm by then is lost.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        bool wasOpen = Connection.State != SessionState.Closed;
        try
        {
            if (wasOpen)
            {
                await DrainAsync().ConfigureAwait(false);
                await DeleteAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            Release();
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            // The session keeps the time itself; this is for a loop that does not turn any more.
            await Connection.CloseAsync(_options.CloseTimeout).WaitAsync(_options.CloseTimeout + HangUpTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever shares the loop has stopped it.
        }
    }

    private async Task DeleteAsync()
    {
        if (_resource is null)
        {
            return;
        }

        using CancellationTokenSource timeout = new(HangUpTimeout);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Delete, _resource);
            Authorize(request);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is gone, or the HttpClient is; close_notify and the server's consent timer do the rest.
        }
    }

    private void Release()
    {
        _peer.Dispose();
        if (_ownsLoop)
        {
            _loop.Dispose();
        }

        if (_options.Certificate is null)
        {
            _certificate.Dispose();
        }
    }

    private void Authorize(HttpRequestMessage request)
    {
        if (_options.BearerToken is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.BearerToken);
        }
    }
}
