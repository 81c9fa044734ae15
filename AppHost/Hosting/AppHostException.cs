namespace Nsn.AppHost.Hosting;

/// <summary>Something that a person can put right; the message says how.</summary>
public sealed class AppHostException : Exception
{
    /// <summary>An error without words.</summary>
    public AppHostException()
    {
    }

    /// <summary>An error that says what to do.</summary>
    public AppHostException(string message)
        : base(message)
    {
    }

    /// <summary>An error that says what to do, with its cause.</summary>
    public AppHostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
