namespace Nsn.Vortex;

/// <summary>No clip came out; <see cref="Error"/> says why, the message what to do next.</summary>
public sealed class ClipException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ClipException(ClipError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The kind of failure.</summary>
    public ClipError Error { get; }
}
