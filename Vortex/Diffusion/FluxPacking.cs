namespace Nsn.Vortex.Diffusion;

/// <summary>FLUX's transformer sees 2 x 2 cells of the latents as tokens: channels first, then the cell's rows and columns.</summary>
internal static class FluxPacking
{
    /// <summary>Tokens [rows / 2 x columns / 2, channels x 4] as latents [channels, rows, columns].</summary>
    public static float[] Unpack(ReadOnlySpan<float> tokens, int channels, int rows, int columns)
    {
        var latents = new float[tokens.Length];
        for (var c = 0; c < channels; c++)
        {
            for (var y = 0; y < rows; y++)
            {
                for (var x = 0; x < columns; x++)
                {
                    var token = (y / 2 * (columns / 2)) + (x / 2);
                    latents[(((c * rows) + y) * columns) + x] = tokens[(token * channels * 4) + (c * 4) + (y % 2 * 2) + (x % 2)];
                }
            }
        }

        return latents;
    }

    /// <summary>The position of each token: 0, row, column.</summary>
    public static float[] Positions(int rows, int columns)
    {
        var positions = new float[rows / 2 * (columns / 2) * 3];
        for (var i = 0; i < positions.Length / 3; i++)
            (positions[(i * 3) + 1], positions[(i * 3) + 2]) = (i / (columns / 2), i % (columns / 2));
        return positions;
    }
}
