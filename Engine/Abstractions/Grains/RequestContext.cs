using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Values that travel with calls, from the caller to whom it calls and on.</summary>
public static class RequestContext
{
    internal const string ReentrancyKey = "#RE";
    private static readonly AsyncLocal<Dictionary<string, object>> s_data = new();

    /// <summary>The values; never changed in place, so that a call can carry the dictionary itself.</summary>
    internal static Dictionary<string, object> CallContextData
    {
        get => s_data.Value;
        set => s_data.Value = value;
    }

    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty)
                Remove(ReentrancyKey);
            else
                Set(ReentrancyKey, value);
        }
    }

    public static IEnumerable<string> Keys => s_data.Value?.Keys ?? Enumerable.Empty<string>();
    public static IEnumerable<KeyValuePair<string, object>> Entries => s_data.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    public static object Get(string key) => s_data.Value is { } data && data.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value) =>
        s_data.Value = new Dictionary<string, object>(s_data.Value ?? [], StringComparer.Ordinal) { [key] = value };

    public static bool Remove(string key)
    {
        if (s_data.Value is not { } data || !data.ContainsKey(key))
            return false;
        var rest = new Dictionary<string, object>(data, StringComparer.Ordinal);
        rest.Remove(key);
        s_data.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (s_data.Value is not null)
            s_data.Value = null;
    }

    /// <summary>Until the section is disposed, calls that come back to this grain along the chain of its own calls may interleave.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var previous = ReentrancyId;
        var id = previous == Guid.Empty ? Guid.NewGuid() : previous;
        ReentrancyId = id;
        return new ReentrancySection(previous, id, RuntimeContext.Current as ICallChainReentrant);
    }

    public static ReentrancySection SuppressCallChainReentrancy()
    {
        var previous = ReentrancyId;
        ReentrancyId = Guid.Empty;
        return new ReentrancySection(previous, Guid.Empty, null);
    }

    /// <summary>A stretch of code in which call-chain reentrancy is allowed or suppressed.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _opened;
        private readonly ICallChainReentrant _grain;

        internal ReentrancySection(Guid original, Guid opened, ICallChainReentrant grain)
        {
            _original = original;
            _opened = opened;
            _grain = grain;
            grain?.OpenSection(opened);
        }

        public void Dispose()
        {
            _grain?.CloseSection(_opened);
            ReentrancyId = _original;
        }
    }

    internal interface ICallChainReentrant
    {
        void OpenSection(Guid id);
        void CloseSection(Guid id);
    }
}
