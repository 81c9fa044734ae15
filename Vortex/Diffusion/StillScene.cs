using System.Runtime.CompilerServices;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Toon;

namespace Nsn.Vortex.Diffusion;

/// <summary>Views of one picture.</summary>
internal sealed class StillScene(ToonBitmap picture, ClipRequest request, StillCamera camera) : IClipScene
{
    public async IAsyncEnumerable<byte[]> RenderAsync(IReadOnlyList<int> frames, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var compositor = new ToonCompositor(request.Width, request.Height);
        foreach (var frame in frames)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var i420 = new byte[DecodedClip.I420Length(request.Width, request.Height)];
            compositor.Compose((picture, picture, 0), [], camera.At(frame), i420);
            yield return i420;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }
}
