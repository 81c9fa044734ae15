namespace Nsn.AppHost.Hosting;

/// <summary>Lines for the person at the terminal, who may have closed it: what is left to do is done all the same.</summary>
internal static class Terminal
{
    public static void Line(TextWriter writer, string text)
    {
        try
        {
            writer.WriteLine(text);
        }
        catch (IOException)
        {
            // There is nobody any more who could read it.
        }
    }
}
