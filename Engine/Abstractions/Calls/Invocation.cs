using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Orleans.Serialization.Invocation
{
    /// <summary>Holds the target of a call.</summary>
    public interface ITargetHolder
    {
        object GetTarget();
        object GetComponent(Type componentType);

        TTarget GetTarget<TTarget>()
            where TTarget : class => (TTarget)GetTarget();

        TComponent GetComponent<TComponent>()
            where TComponent : class => (TComponent)GetComponent(typeof(TComponent));
    }

    /// <summary>A call as filters and interleaving predicates see it.</summary>
    public interface IInvokable : IDisposable
    {
        object GetTarget();
        void SetTarget(ITargetHolder holder);
        ValueTask<Response> Invoke();
        int GetArgumentCount();
        object GetArgument(int index);
        void SetArgument(int index, object value);
        string GetMethodName();
        string GetInterfaceName();
        string GetActivityName();
        Type GetInterfaceType();
        MethodInfo GetMethod();
        TimeSpan? GetDefaultResponseTimeout();
        CancellationToken GetCancellationToken();
        bool IsCancellable { get; }
        bool TryCancel();
    }

    /// <summary>The outcome of a call: a value or an exception.</summary>
    public abstract class Response : IDisposable
    {
        public abstract object Result { get; set; }
        public virtual Exception Exception { get; set; }
        public static Response Completed { get; } = new ResponseOf<object>(null);
        public static Response FromResult<TResult>(TResult value) => new ResponseOf<TResult>(value);
        public static Response FromException(Exception exception) => new ResponseOf<object>(null) { Exception = exception };

        public abstract T GetResult<T>();

        public void Dispose()
        {
        }

        private sealed class ResponseOf<T>(T value) : Response
        {
            private T _value = value;

            public override object Result
            {
                get => Exception is null ? _value : throw Exception;
                set => _value = (T)value;
            }

            public override TResult GetResult<TResult>() => Exception is null ? (TResult)(object)_value : throw Exception;
        }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A call of a grain.</summary>
    public interface IRequest : IInvokable
    {
        CallOptions Options { get; }
    }
}
