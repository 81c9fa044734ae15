using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsn.Vortex.Toon;

/// <summary>
/// Places layers by affine maps with bilinear sampling and blends them: one vector per pixel, plain multiplications and additions in a fixed
/// order, so that every processor gives the same bytes. About 2 ms for 256 x 256 pixels.
/// </summary>
internal sealed class ToonCompositor(int width, int height)
{
    // Frame coordinates are -1 to 1 over the shorter side, so the presenter always fits; the background is enlarged to fill the longer one.
    private readonly double _unit = Math.Min(width, height);
    private readonly double _fill = Math.Min(width, height) / (double)Math.Max(width, height);
    private readonly Vector128<float>[] _frame = new Vector128<float>[width * height];

    /// <summary>Composes a frame as I420.</summary>
    /// <param name="ground">The background at two phases of its loop and the share of the second.</param>
    /// <param name="layers">The layers from back to front, without the ground.</param>
    /// <param name="controls">Where everything is.</param>
    /// <param name="i420">Receives width x height x 3 / 2 bytes.</param>
    public void Compose(
        (ToonBitmap First, ToonBitmap Second, float Share) ground, ReadOnlySpan<(string Name, ToonBitmap Bitmap)> layers, in ToonControls controls, Span<byte> i420)
    {
        var place = ToonPlacement.Of("ground", controls).After(_fill);
        Draw(ground.First, place, replace: true, 1);
        if (ground.Share > 0)
            Draw(ground.Second, place, replace: false, ground.Share);
        foreach (var (name, bitmap) in layers)
            Draw(bitmap, ToonPlacement.Of(name, controls), replace: false, 1);
        ToI420(i420);
    }

    /// <summary>The composed frame as red, green, blue floats, for comparison with the reference compositor.</summary>
    internal float[] ToRgb()
    {
        var rgb = new float[width * height * 3];
        for (var i = 0; i < _frame.Length; i++)
        {
            for (var c = 0; c < 3; c++)
                rgb[(i * 3) + c] = Math.Clamp(_frame[i][c], 0, 1);
        }

        return rgb;
    }

    private void Draw(ToonBitmap bitmap, in ToonPlacement place, bool replace, float opacity)
    {
        // Pixel centre (i + .5) * 2 / size - 1 -> layer coordinate -> bitmap coordinate, all affine: start and two steps.
        double left = bitmap.Rect[0], top = bitmap.Rect[1];
        var perX = bitmap.Width / (bitmap.Rect[2] - left);
        var perY = bitmap.Height / (bitmap.Rect[3] - top);
        var step = 2.0 / _unit;
        var (originX, originY) = ((1 - width) / _unit, (1 - height) / _unit);
        var u0 = (((place.XX * originX) + (place.XY * originY) + place.X0 - left) * perX) - .5;
        var v0 = (((place.YX * originX) + (place.YY * originY) + place.Y0 - top) * perY) - .5;
        var (ux, uy) = (place.XX * step * perX, place.XY * step * perX);
        var (vx, vy) = (place.YX * step * perY, place.YY * step * perY);
        var (firstX, firstY, endX, endY) = bitmap.EdgeIsClear ? Bounds(bitmap, place) : (0, 0, width, height);
        float maxU = bitmap.Width - 1, maxV = bitmap.Height - 1;
        int columns = bitmap.Width, lastRow = bitmap.Height - 1;
        ref var pixels = ref bitmap.First;
        for (var y = firstY; y < endY; y++)
        {
            ref var target = ref _frame[y * width];
            for (var x = firstX; x < endX; x++)
            {
                var u = Math.Clamp((float)(u0 + (ux * x) + (uy * y)), 0, maxU);
                var v = Math.Clamp((float)(v0 + (vx * x) + (vy * y)), 0, maxV);
                var (column, row) = ((int)u, (int)v);
                var across = Vector128.Create(u - column);
                var down = Vector128.Create(v - row);
                var upper = (row * columns) + column;
                var lower = row < lastRow ? upper + columns : upper;
                var right = column < columns - 1 ? 1 : 0;
                var a = Unsafe.Add(ref pixels, upper);
                var b = Unsafe.Add(ref pixels, lower);
                a += (Unsafe.Add(ref pixels, upper + right) - a) * across;
                b += (Unsafe.Add(ref pixels, lower + right) - b) * across;
                var colour = a + ((b - a) * down);
                ref var pixel = ref Unsafe.Add(ref target, x);
                if (replace)
                {
                    pixel = colour;
                    continue;
                }

                if (opacity < 1)
                    colour *= opacity;
                pixel = (pixel * (1 - colour.GetElement(3))) + colour;
            }
        }
    }

    private (int FirstX, int FirstY, int EndX, int EndY) Bounds(ToonBitmap bitmap, in ToonPlacement place)
    {
        double minX = double.MaxValue, minY = double.MaxValue, maxX = double.MinValue, maxY = double.MinValue;
        for (var corner = 0; corner < 4; corner++)
        {
            var (x, y) = place.Inverse(bitmap.Rect[corner % 2 * 2], bitmap.Rect[1 + (corner / 2 * 2)]);
            (minX, maxX) = (Math.Min(minX, x), Math.Max(maxX, x));
            (minY, maxY) = (Math.Min(minY, y), Math.Max(maxY, y));
        }

        int Pixel(double coordinate, int length) => (int)Math.Clamp(Math.Floor(((coordinate * _unit) + length) / 2), -1, length);
        return (Math.Max(0, Pixel(minX, width)), Math.Max(0, Pixel(minY, height)),
            Math.Min(width, Pixel(maxX, width) + 1), Math.Min(height, Pixel(maxY, height) + 1));
    }

    // BT.601, limited range, chroma from the mean of four pixels: what VP8 decoders assume.
    private void ToI420(Span<byte> i420)
    {
        var luma = i420[..(width * height)];
        var half = width / 2;
        var blueChroma = i420.Slice(width * height, width * height / 4);
        var redChroma = i420[(width * height * 5 / 4)..];
        for (var y = 0; y < height; y += 2)
        {
            for (var x = 0; x < width; x += 2)
            {
                var at = (y * width) + x;
                var p0 = Limit(_frame[at]);
                var p1 = Limit(_frame[at + 1]);
                var p2 = Limit(_frame[at + width]);
                var p3 = Limit(_frame[at + width + 1]);
                luma[at] = Luma(p0);
                luma[at + 1] = Luma(p1);
                luma[at + width] = Luma(p2);
                luma[at + width + 1] = Luma(p3);
                var mean = (p0 + p1 + p2 + p3) * .25f;
                float r = mean.GetElement(0), g = mean.GetElement(1), b = mean.GetElement(2);
                blueChroma[(y / 2 * half) + (x / 2)] = (byte)(128.5f - (37.797f * r) - (74.203f * g) + (112f * b));
                redChroma[(y / 2 * half) + (x / 2)] = (byte)(128.5f + (112f * r) - (93.786f * g) - (18.214f * b));
            }
        }
    }

    private static Vector128<float> Limit(Vector128<float> colour) =>
        Vector128.Min(Vector128.Max(colour, Vector128<float>.Zero), Vector128<float>.One);

    private static byte Luma(Vector128<float> colour) =>
        (byte)(16.5f + (65.481f * colour.GetElement(0)) + (128.553f * colour.GetElement(1)) + (24.966f * colour.GetElement(2)));
}
