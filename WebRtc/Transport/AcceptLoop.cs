using System.Net.Sockets;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// Takes connections one after the other. While the process or the system can open no more, the one that waits keeps the socket ready and each try fails at once, so
/// the next try waits: 10 ms, then twice as long each time, up to a second.
/// </summary>
/// <param name="accept">Waits for a connection.</param>
/// <param name="taken">Gets it.</param>
/// <param name="time">The clock.</param>
internal sealed class AcceptLoop(Func<CancellationToken, ValueTask<Socket>> accept, Action<Socket> taken, TimeProvider time)
{
    public static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(10);
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    /// <summary>Runs until it is stopped, or the socket is closed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan pause = PauseMin;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                taken(await accept(stop).ConfigureAwait(false));
                pause = PauseMin;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Interrupted)
            {
                // It went away while it waited; that must cost the next one nothing.
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
