namespace Nsn.Content;

/// <summary>The content store cannot be reached or refuses. Trying again may help.</summary>
public sealed class ContentStoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ContentStoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
