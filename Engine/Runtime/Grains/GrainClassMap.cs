using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Orleans.Metadata;

namespace Nsn.Engine.Runtime.Grains;

/// <summary>Finds the class behind a grain type, and the grain type behind an interface.</summary>
internal sealed class GrainClassMap
{
    private readonly IServiceProvider _services;
    private readonly Dictionary<string, Type> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<GrainType, GrainClass> _classes = new();
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainType> _byInterface = new();

    public GrainClassMap(IServiceProvider services)
    {
        _services = services;
        foreach (var type in TypeManifest.Current.GrainClasses)
        {
            var name = NameOf(type);
            if (!_byName.TryAdd(name, type))
                _byName[$"{name}@{type.FullName}"] = type;
        }
    }

    /// <summary>Clients may lack the classes: then the interface stands for the type until a silo resolves it.</summary>
    public bool IsClient { get; init; }

    /// <summary>All classes that are not generic.</summary>
    public IEnumerable<(GrainType Type, Type Class)> All => _byName.Where(pair => !pair.Value.IsGenericTypeDefinition).Select(pair => (GrainType.Create(pair.Key), pair.Value));

    public bool TryGetClass(GrainType grainType, out GrainClass grainClass)
    {
        if (_classes.TryGetValue(grainType, out grainClass!))
            return true;
        if (Resolve(grainType.ToString()) is not { } type)
            return false;
        grainClass = _classes.GetOrAdd(grainType, static (key, argument) => new GrainClass(key, argument.type, argument._services), (type, _services));
        return true;
    }

    public GrainType GrainTypeOf(Type interfaceType, string? prefix) => _byInterface.GetOrAdd((interfaceType, prefix), static (key, map) => map.Find(key.Interface, key.Prefix), this);

    private Type? Resolve(string name)
    {
        var bracket = name.IndexOf("[[", StringComparison.Ordinal);
        if (bracket < 0)
            return _byName.TryGetValue(name, out var plain) && !plain.IsGenericTypeDefinition ? plain : null;
        if (!_byName.TryGetValue(name[..bracket], out var open) || !name.EndsWith("]]", StringComparison.Ordinal))
            return null;
        var arguments = name[(bracket + 2)..^2].Split("],[");
        var types = new Type[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!TypeNames.TryParse(arguments[i], out types[i]))
                return null;
        }

        return open.GetGenericArguments().Length == types.Length ? open.MakeGenericType(types) : null;
    }

    private GrainType Find(Type interfaceType, string? prefix)
    {
        var definition = interfaceType.IsGenericType ? interfaceType.GetGenericTypeDefinition() : interfaceType;
        var arguments = interfaceType.GetGenericArguments();
        var candidates = _byName.Where(pair => Implements(pair.Value, interfaceType, definition)).ToList();
        if (prefix is not null)
        {
            candidates = [.. candidates.Where(pair => pair.Value.FullName == prefix || pair.Value.FullName!.StartsWith(prefix, StringComparison.Ordinal) || pair.Value.Name.StartsWith(prefix, StringComparison.Ordinal))];
            if (candidates.Count > 1 && candidates.Where(pair => pair.Value.FullName == prefix).ToList() is { Count: 1 } exact)
                candidates = exact;
        }

        if (candidates.Count > 1 && interfaceType.GetCustomAttribute<DefaultGrainTypeAttribute>() is { } byDefault)
            candidates = [.. candidates.Where(pair => pair.Key == byDefault.GrainType)];
        if (candidates.Count > 1 && candidates.Where(pair => interfaceType.Name == "I" + pair.Value.Name).ToList() is { Count: 1 } sameName)
            candidates = sameName;
        return candidates.Count switch
        {
            1 => GrainType.Create(Close(candidates[0].Key, candidates[0].Value, arguments)),
            0 when IsClient => UnresolvedType.Of(interfaceType, prefix),
            0 => throw new ArgumentException($"No grain class implements {interfaceType}{(prefix is null ? "" : $" with the class name prefix '{prefix}'")}.", nameof(interfaceType)),
            _ => throw new ArgumentException($"Several grain classes implement {interfaceType}: {string.Join(", ", candidates.Select(pair => pair.Value))}. Give a class name prefix or mark the interface with [DefaultGrainType].", nameof(interfaceType)),
        };
    }

    private static string Close(string name, Type type, Type[] arguments) =>
        type.IsGenericTypeDefinition ? $"{name}[[{string.Join("],[", arguments.Select(TypeNames.Format))}]]" : name;

    private static bool Implements(Type type, Type interfaceType, Type definition) => type.IsGenericTypeDefinition
        ? interfaceType.IsGenericType && type.GetInterfaces().Any(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == definition)
        : interfaceType.IsAssignableFrom(type);

    private string NameOf(Type type)
    {
        foreach (var attribute in type.GetCustomAttributes(false).OfType<IGrainTypeProviderAttribute>())
            return attribute.GetGrainType(_services, type).ToString();
        var name = type.Name;
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        var arity = tick < 0 ? "" : name[tick..];
        if (tick >= 0)
            name = name[..tick];
        if (name.EndsWith("Grain", StringComparison.OrdinalIgnoreCase) && name.Length > 5)
            name = name[..^5];
        return name.ToLower(CultureInfo.InvariantCulture) + arity;
    }
}
