namespace Nsn.Cli;

/// <summary>A line that grows on a terminal, and one line at the end elsewhere.</summary>
internal sealed class ProgressBar(TextWriter writer, int total)
{
    private const int Width = 30;
    private readonly bool _live = !Console.IsErrorRedirected && ReferenceEquals(writer, Console.Error);

    public void Show(int done)
    {
        if (!_live)
            return;
        var full = done * Width / total;
        writer.Write($"\r[{new string('#', full)}{new string('.', Width - full)}] {done}/{total} s ");
    }

    public void Finish(string text) => writer.WriteLine(_live ? $"\r{text.PadRight(Width + 14)}" : text);
}
