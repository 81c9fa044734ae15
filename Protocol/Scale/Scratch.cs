namespace Nsn.Protocol.Scale;

/// <summary>A writer to use again within a thread, for bytes that are copied out at once. Whoever rents while it is out gets a new one.</summary>
internal static class Scratch
{
    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    private static ScaleWriter? t_writer;

    public static ScaleWriter Rent()
    {
        var writer = t_writer ?? new ScaleWriter(256);
        t_writer = null;
        writer.Clear();
        return writer;
    }

    public static void Return(ScaleWriter writer)
    {
        if (writer.Length <= KeptBytesMax)
        {
            t_writer = writer;
        }
    }
}
