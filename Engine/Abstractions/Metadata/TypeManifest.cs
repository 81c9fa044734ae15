using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Nsn.Engine.Metadata;

/// <summary>All grain types that this process knows: what generated code told, and nothing that was found by looking around.</summary>
public sealed class TypeManifest
{
    private static readonly Lazy<TypeManifest> s_current = new(Load);
    private readonly ConcurrentDictionary<Type, ProxyFactory> _proxies = new();
    private readonly ConcurrentDictionary<Type, Type> _openProxies = new();
    private readonly ConcurrentDictionary<uint, Func<Type[], Call>> _calls = new();
    private readonly ConcurrentDictionary<uint, string> _callNames = new();
    private readonly ConcurrentDictionary<Type, Type> _codecs = new();
    private readonly ConcurrentDictionary<Type, (Type Surrogate, Type Converter)> _converters = new();
    private readonly ConcurrentDictionary<string, Type> _types = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Type, string> _names = new();
    private readonly ConcurrentDictionary<Type, byte> _grainClasses = new();
    private readonly ConcurrentDictionary<Assembly, byte> _visited = new();

    private TypeManifest()
    {
        foreach (var type in Primitives.Types.Concat(s_wellKnown))
            AddName(type);
    }

    private static readonly Type[] s_wellKnown =
    [
        typeof(object), typeof(Nullable<>), typeof(List<>), typeof(HashSet<>), typeof(SortedSet<>), typeof(Queue<>), typeof(Stack<>), typeof(Dictionary<,>),
        typeof(SortedDictionary<,>), typeof(KeyValuePair<,>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>),
        typeof(ImmutableDictionary<,>), typeof(Orleans.Concurrency.Immutable<>), typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(ValueTuple<>), typeof(ValueTuple<,>),
        typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>), typeof(IEnumerable<>), typeof(IList<>), typeof(ICollection<>),
        typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(ISet<>), typeof(IReadOnlySet<>), typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>),
        typeof(GrainReference), typeof(IAddressable), typeof(IGrain), typeof(IGrainObserver), typeof(IGrainExtension), typeof(IGrainWithStringKey),
        typeof(IGrainWithIntegerKey), typeof(IGrainWithGuidKey), typeof(IGrainWithIntegerCompoundKey), typeof(IGrainWithGuidCompoundKey), typeof(Call),
        typeof(DayOfWeek), typeof(DateTimeKind),
    ];

    /// <summary>The manifest of this process; types are a property of the process, not of a silo.</summary>
    public static TypeManifest Current => s_current.Value;

    public IEnumerable<Type> GrainClasses => _grainClasses.Keys;

    public void AddInterface(Type interfaceType, ProxyFactory factory)
    {
        _proxies[interfaceType] = factory;
        AddName(interfaceType);
    }

    public void AddOpenInterface(Type interfaceType, Type proxyType)
    {
        _openProxies[interfaceType] = proxyType;
        AddName(interfaceType);
    }

    public void AddCall(uint id, string name, Func<Type[], Call> factory)
    {
        if (_callNames.TryGetValue(id, out var other) && other != name)
            throw new InvalidOperationException($"The methods {name} and {other} have the same number on the wire; give one an [Alias].");
        _callNames[id] = name;
        _calls[id] = factory;
    }

    /// <summary>Registers a call class that has type parameters.</summary>
    public void AddOpenCall(uint id, string name, Type callType) =>
        AddCall(id, name, types => (Call)Activator.CreateInstance(callType.MakeGenericType(types)));

    public void AddGrainClass(Type type)
    {
        _grainClasses[type] = 0;
        AddName(type);
    }

    public void AddCodec(Type type, Type codecType)
    {
        _codecs[type] = codecType;
        AddName(type);
    }

    /// <summary>Lets a type be named on the wire that needs no codec of its own: an enum, an exception.</summary>
    public void AddType(Type type) => AddName(type);

    public void AddConverter(Type valueType, Type surrogateType, Type converterType)
    {
        _converters[valueType] = (surrogateType, converterType);
        AddName(valueType);
    }

    internal bool TryGetCodec(Type definition, out Type codecType) => _codecs.TryGetValue(definition, out codecType);

    internal bool TryGetConverter(Type definition, out Type surrogate, out Type converter)
    {
        var found = _converters.TryGetValue(definition, out var pair);
        (surrogate, converter) = pair;
        return found;
    }

    internal Call CreateCall(uint id, Type[] types) => _calls.TryGetValue(id, out var factory)
        ? factory(types)
        : throw new WireFormatException($"The method with number {id:x8} is not known here: the peer runs another version of the interfaces.");

    internal ProxyFactory ProxyOf(Type interfaceType) => _proxies.TryGetValue(interfaceType, out var factory)
        ? factory
        : _proxies.GetOrAdd(interfaceType, MakeProxyFactory);

    internal bool IsInterface(Type type) => _proxies.ContainsKey(type) || (type.IsGenericType && _openProxies.ContainsKey(type.GetGenericTypeDefinition()));

    internal string NameOf(Type type) => _names.TryGetValue(type, out var name) ? name : type.FullName ?? type.Name;

    internal bool TryGetType(string name, out Type type)
    {
        if (_types.TryGetValue(name, out type))
            return true;
        return TryGetException(name, out type);
    }

    /// <summary>Exceptions of the platform's own assemblies are data, not behaviour: they may be rebuilt by name. Nothing is loaded for it.</summary>
    private static bool TryGetException(string name, out Type type)
    {
        type = null;
        if (!name.EndsWith("Exception", StringComparison.Ordinal) || !IsOfThePlatform(name))
            return false;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (!assembly.IsDynamic && IsOfThePlatform(assembly.GetName().Name) && assembly.GetType(name) is { } found && typeof(Exception).IsAssignableFrom(found))
            {
                type = found;
                return true;
            }
        }

        return false;

        static bool IsOfThePlatform(string name) =>
            name is not null && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal));
    }

    private ProxyFactory MakeProxyFactory(Type interfaceType)
    {
        if (!interfaceType.IsGenericType || !_openProxies.TryGetValue(interfaceType.GetGenericTypeDefinition(), out var open))
            throw new ArgumentException($"{interfaceType} is not a grain interface known here: it must derive from IGrain, IGrainObserver or IGrainExtension in an assembly that uses the engine's code generation.", nameof(interfaceType));
        var constructor = ConstructorInvoker.Create(open.MakeGenericType(interfaceType.GetGenericArguments()).GetConstructor([typeof(GrainReferenceShared), typeof(IdSpan)]));
        return (shared, key) => (GrainReference)constructor.Invoke(shared, key);
    }

    private void AddName(Type type)
    {
        var name = type.GetCustomAttributes<AliasAttribute>(false).FirstOrDefault()?.Alias ?? type.FullName;
        if (_types.TryGetValue(name, out var other) && other != type)
            throw new InvalidOperationException($"{type} and {other} have the same name '{name}'.");
        _types[name] = type;
        _names[type] = name;
    }

    private static TypeManifest Load()
    {
        var manifest = new TypeManifest();
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => manifest.Visit(loaded.LoadedAssembly);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            manifest.Visit(assembly);
        return manifest;
    }

    private void Visit(Assembly assembly)
    {
        if (assembly.IsDynamic || !_visited.TryAdd(assembly, 0))
            return;
        var own = typeof(TypeManifest).Assembly;
        var references = assembly.GetReferencedAssemblies();
        var usesEngine = assembly == own || references.Any(name => name.Name == own.GetName().Name);
        foreach (var attribute in usesEngine ? assembly.GetCustomAttributes<TypeManifestProviderAttribute>() : [])
            ((ITypeManifestProvider)Activator.CreateInstance(attribute.Provider)).Configure(this);
        foreach (var name in references)
        {
            if (IsFramework(name.Name))
                continue;
            try
            {
                Visit(Assembly.Load(name));
            }
            catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
            {
                // A reference that was trimmed away or is not a managed assembly has no grains.
                continue;
            }
        }
    }

    private static bool IsFramework(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal) || name is "System" or "mscorlib" or "netstandard";
}
