namespace Orleans.Serialization;

/// <summary>Stands for a remote exception whose type this process does not have.</summary>
public sealed class UnavailableExceptionFallbackException : Exception
{
    /// <summary>The name of the original type.</summary>
    public string ExceptionType { get; internal set; }

    public override string ToString() => $"Unknown exception of type {ExceptionType}: {base.ToString()}";
}
