namespace Orleans.Runtime
{
    /// <summary>Something that can be called by reference.</summary>
    public interface IAddressable;

    /// <summary>An interface that is added to grains or clients by the system.</summary>
    public interface IGrainExtension : IAddressable;

    /// <summary>A service of a silo that can be called.</summary>
    public interface ISystemTarget : IAddressable;
}

namespace Orleans
{
    /// <summary>Base of all grain interfaces.</summary>
    public interface IGrain : Runtime.IAddressable;

    /// <summary>Base of interfaces that clients and grains implement to be told things.</summary>
    public interface IGrainObserver : Runtime.IAddressable;

    /// <summary>Grains with GUID keys.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>Grains with integer keys.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>Grains with string keys.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>Grains with a GUID and a string as key.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain;

    /// <summary>Grains with an integer and a string as key.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain;

    /// <summary>A grain class of any base.</summary>
    public interface IGrainBase
    {
        IGrainContext GrainContext { get; }
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }

    /// <summary>Holds what is saved of a grain.</summary>
    public interface IGrainState<T>
    {
        T State { get; set; }
        string ETag { get; set; }
        bool RecordExists { get; set; }
    }

    /// <summary>Holds what is saved of a grain.</summary>
    public sealed class GrainState<T> : IGrainState<T>
    {
        /// <summary>Nothing yet.</summary>
        public GrainState()
        {
        }

        /// <summary>A state that no store has given a version.</summary>
        public GrainState(T state)
            : this(state, null)
        {
        }

        /// <summary>A state with the version that its store gave it.</summary>
        public GrainState(T state, string eTag)
        {
            State = state;
            ETag = eTag;
        }

        public T State { get; set; }
        public string ETag { get; set; }
        public bool RecordExists { get; set; }
    }
}
