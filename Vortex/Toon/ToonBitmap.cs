using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nsn.Vortex.Toon;

/// <summary>A painted layer: premultiplied RGBA, four floats a pixel, so that one vector is one pixel.</summary>
internal sealed class ToonBitmap
{
    private const float Visible = 1f / 255;

    private readonly Vector128<float>[] _pixels;

    public ToonBitmap(int width, int height, double[] rect)
    {
        Width = width;
        Height = height;
        Rect = rect;
        _pixels = new Vector128<float>[width * height];
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Left, top, right, bottom in layer coordinates.</summary>
    public double[] Rect { get; }

    /// <summary>Nothing at the edge is visible, so nothing outside of it is.</summary>
    public bool EdgeIsClear { get; private set; }

    public ref Vector128<float> First => ref MemoryMarshal.GetArrayDataReference(_pixels);

    /// <summary>Takes planar values of a graph: red, green, blue and, with four channels, alpha.</summary>
    public ToonBitmap Fill(ReadOnlySpan<float> planes, int channels)
    {
        var size = Width * Height;
        var red = planes[..size];
        var green = planes.Slice(size, size);
        var blue = planes.Slice(2 * size, size);
        var alpha = channels == 4 ? planes.Slice(3 * size, size) : default;
        for (var i = 0; i < size; i++)
            _pixels[i] = Vector128.Create(red[i], green[i], blue[i], alpha.IsEmpty ? 1 : alpha[i]);
        EdgeIsClear = channels == 4 && EdgesAreClear();
        return this;
    }

    private bool EdgesAreClear()
    {
        for (var x = 0; x < Width; x++)
        {
            if (_pixels[x][3] > Visible || _pixels[((Height - 1) * Width) + x][3] > Visible)
                return false;
        }

        for (var y = 0; y < Height; y++)
        {
            if (_pixels[y * Width][3] > Visible || _pixels[(y * Width) + Width - 1][3] > Visible)
                return false;
        }

        return true;
    }
}
