namespace Nsn.Grains;

/// <summary>
/// Writes a grain's state one write after the other, each with all that is in memory when its turn comes. A reentrant grain needs that: two writes at once would carry the same
/// version, and the storage refuses the second.
/// </summary>
/// <param name="write">Writes what is in memory.</param>
internal sealed class WriteChain(Func<Task> write)
{
    private Task _last = Task.CompletedTask;

    /// <summary>Writes after those that wait. A write before it that failed is no reason for this one to.</summary>
    public Task WriteAsync() => _last = AfterAsync(_last);

    private async Task AfterAsync(Task last)
    {
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await write();
    }
}
