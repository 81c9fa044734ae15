using System.Diagnostics;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>A publisher that prints `publishing` and goes on until its input closes, and a client of ours that watches it.</summary>
internal static class PublisherTest
{
    /// <summary>Waits until that many frames of both kinds came through, a key frame among them.</summary>
    public static async Task WatchAsync(Process publisher, Uri watch, int frames)
    {
        try
        {
            using CancellationTokenSource deadline = PeerProcess.CreateDeadline();
            Assert.Equal("publishing", await publisher.StandardOutput.ReadLineAsync(deadline.Token));
            using HttpClient http = new();
            await using WebRtcClient client = new(http, new WebRtcClientOptions { DataChannels = false });
            TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
            int video = 0;
            int audio = 0;
            client.Connection.Event += (_, sessionEvent) =>
            {
                if (sessionEvent is not FrameReceived { Frame: { } frame })
                {
                    return;
                }

                audio += frame.Codec == MediaCodec.Opus ? 1 : 0;
                video += frame.Codec != MediaCodec.Opus && (video > 0 || frame.IsKeyFrame) ? 1 : 0;
                if (video >= frames && audio >= frames)
                {
                    enough.TrySetResult();
                }
            };
            await client.ConnectAsync(watch, deadline.Token);
            await enough.Task.WaitAsync(deadline.Token);
        }
        finally
        {
            publisher.StandardInput.Close();
            await publisher.WaitForExitAsync(CancellationToken.None);
        }
    }
}
