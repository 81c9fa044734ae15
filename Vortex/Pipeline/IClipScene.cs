namespace Nsn.Vortex.Pipeline;

/// <summary>A clip that is ready to be drawn.</summary>
internal interface IClipScene
{
    /// <summary>Draws frames in the given order, as I420. The same frame gives the same bytes, whichever others are drawn with it.</summary>
    IAsyncEnumerable<byte[]> RenderAsync(IReadOnlyList<int> frames, CancellationToken cancellationToken);
}
