using System.Runtime.InteropServices;

namespace Nsn.AppHost.Hosting;

/// <summary>What asks a command to end in order: Ctrl-C, SIGTERM, a terminal that is closed.</summary>
internal sealed class EndSignals : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly bool _secondEndsAtOnce;

    /// <summary>Listens from now on.</summary>
    /// <param name="secondEndsAtOnce">Whether a second Ctrl-C or SIGTERM ends the process at once; the kernel takes the children along.</param>
    public EndSignals(bool secondEndsAtOnce)
    {
        _secondEndsAtOnce = secondEndsAtOnce;
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, End))];
    }

    /// <summary>Cancelled by the first of them.</summary>
    public CancellationToken Token => _ending.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _ending.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        // A terminal that is closed says so more than once.
        if (_secondEndsAtOnce && _ending.IsCancellationRequested && context.Signal != PosixSignal.SIGHUP)
            return;
        context.Cancel = true;
        _ending.Cancel();
    }
}
