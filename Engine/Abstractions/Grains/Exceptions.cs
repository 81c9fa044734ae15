using System.Runtime.Serialization;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Base of the engine's exceptions.</summary>
    public class OrleansException : Exception
    {
        public OrleansException()
            : base("Unexpected error.")
        {
        }

        public OrleansException(string message)
            : base(message)
        {
        }

        public OrleansException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

#pragma warning disable SYSLIB0051 // kept because derived exceptions of applications call it
        protected OrleansException(SerializationInfo info, StreamingContext context)
            : base(info, context)
        {
        }
#pragma warning restore SYSLIB0051
    }

    /// <summary>A call was refused before it ran.</summary>
    public class OrleansMessageRejectionException : OrleansException
    {
        internal OrleansMessageRejectionException(string message)
            : base(message)
        {
        }

        internal OrleansMessageRejectionException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        protected OrleansMessageRejectionException(SerializationInfo info, StreamingContext context)
            : base(info, context)
        {
        }
    }

    /// <summary>The silo that would have answered is gone. Whether the call ran is not known.</summary>
    public sealed class SiloUnavailableException : OrleansMessageRejectionException
    {
        public SiloUnavailableException()
            : base("The silo is not available.")
        {
        }

        public SiloUnavailableException(string msg)
            : base(msg)
        {
        }

        public SiloUnavailableException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The client that would have been called is not connected.</summary>
    public sealed class ClientNotAvailableException(GrainId clientId) : OrleansException($"No client with the id {clientId} is connected.");

    /// <summary>The gateway refuses work because it has too much.</summary>
    public sealed class GatewayTooBusyException : OrleansException
    {
        public GatewayTooBusyException()
            : base("The gateway is too busy.")
        {
        }

        public GatewayTooBusyException(string message)
            : base(message)
        {
        }

        public GatewayTooBusyException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A limit was exceeded, such as that of a grain's queue.</summary>
    public sealed class LimitExceededException : OrleansException
    {
        public LimitExceededException(string message)
            : base(message)
        {
        }

        public LimitExceededException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        public LimitExceededException(string limitName, int current, int threshold, object extraInfo)
            : base($"The limit {limitName} is exceeded: {current} of {threshold}. {extraInfo}")
        {
        }
    }

    /// <summary>The grain does not have the extension that was called.</summary>
    public sealed class GrainExtensionNotInstalledException : OrleansException
    {
        public GrainExtensionNotInstalledException(string message)
            : base(message)
        {
        }

        public GrainExtensionNotInstalledException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }
}

namespace Orleans.Storage
{
    /// <summary>The state was changed by somebody else since it was read, or the writer no longer owns the grain.</summary>
    public class InconsistentStateException : OrleansException
    {
        public InconsistentStateException()
        {
        }

        public InconsistentStateException(string message)
            : base(message)
        {
        }

        public InconsistentStateException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        public InconsistentStateException(string errorMsg, string storedEtag, string currentEtag, Exception storageException)
            : base(errorMsg, storageException)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        public InconsistentStateException(string errorMsg, string storedEtag, string currentEtag)
            : this(errorMsg, storedEtag, currentEtag, null)
        {
        }

        public InconsistentStateException(string storedEtag, string currentEtag, Exception storageException)
            : this(storageException?.Message, storedEtag, currentEtag, storageException)
        {
        }

        protected InconsistentStateException(SerializationInfo info, StreamingContext context)
            : base(info, context)
        {
        }

        public string StoredEtag { get; private set; }
        public string CurrentEtag { get; private set; }
        public override string ToString() => $"{base.ToString()} Expected ETag = {CurrentEtag} Stored ETag = {StoredEtag}";
    }

    /// <summary>There is no storage provider of the name that a grain asks for.</summary>
    public class BadProviderConfigException(string message) : OrleansException(message);
}
