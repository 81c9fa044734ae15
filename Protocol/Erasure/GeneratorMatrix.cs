namespace Nsn.Protocol.Erasure;

/// <summary>
/// The 14 x 10 matrix that makes shards out of data: ten rows of identity, four rows of Cauchy. Any ten of its rows can be inverted, so any ten shards give all
/// others.
/// </summary>
internal static class GeneratorMatrix
{
    /// <summary>The coefficients with which the ten data shards give a shard.</summary>
    internal static byte[] Row(int shard)
    {
        byte[] row = new byte[ReedSolomon.DataShards];
        if (shard < ReedSolomon.DataShards)
            row[shard] = 1;
        else
            for (int d = 0; d < row.Length; d++)
                row[d] = GaloisField.Invert((byte)(shard ^ d));
        return row;
    }

    /// <summary>The coefficients with which ten present shards give a lost one: its row times the inverse of theirs.</summary>
    internal static byte[][] RowsFrom(ReadOnlySpan<int> present, ReadOnlySpan<int> lost)
    {
        byte[][] inverse = Invert(present);
        byte[][] rows = new byte[lost.Length][];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Multiply(Row(lost[i]), inverse);
        return rows;
    }

    private static byte[] Multiply(byte[] row, byte[][] matrix)
    {
        byte[] product = new byte[row.Length];
        for (int column = 0; column < product.Length; column++)
        {
            for (int k = 0; k < row.Length; k++)
                product[column] ^= GaloisField.Multiply(row[k], matrix[k][column]);
        }

        return product;
    }

    // Gauss and Jordan on (rows | identity). A pivot is always found: every square part of identity over Cauchy is regular.
    private static byte[][] Invert(ReadOnlySpan<int> shards)
    {
        const int N = ReedSolomon.DataShards;
        byte[][] work = new byte[N][];
        for (int i = 0; i < N; i++)
        {
            work[i] = [.. Row(shards[i]), .. new byte[N]];
            work[i][N + i] = 1;
        }

        for (int column = 0; column < N; column++)
        {
            int pivot = column;
            while (work[pivot][column] == 0)
                pivot++;
            (work[column], work[pivot]) = (work[pivot], work[column]);
            Scale(work[column], GaloisField.Invert(work[column][column]));
            for (int row = 0; row < N; row++)
            {
                if (row != column)
                    Subtract(work[row], work[column], work[row][column]);
            }
        }

        return Array.ConvertAll(work, row => row[N..]);
    }

    private static void Scale(byte[] row, byte factor)
    {
        for (int i = 0; i < row.Length; i++)
            row[i] = GaloisField.Multiply(row[i], factor);
    }

    private static void Subtract(byte[] row, byte[] other, byte factor)
    {
        for (int i = 0; i < row.Length; i++)
            row[i] ^= GaloisField.Multiply(other[i], factor);
    }
}
