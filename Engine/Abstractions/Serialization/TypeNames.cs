using System.Collections.Concurrent;

namespace Nsn.Engine.Serialization;

/// <summary>Names for types on the wire. Only types in the manifest, built-in ones and generics and arrays of those can be parsed back.</summary>
internal static class TypeNames
{
    private const int DepthMax = 16;
    private const int RankMax = 4;

    /// <summary>Types made of others stay in memory for good: no peer may have more of them made than this.</summary>
    private const int KnownMax = 10_000;

    private static readonly ConcurrentDictionary<Type, string> s_names = new();
    private static readonly ConcurrentDictionary<string, Type> s_types = new();

    public static string Format(Type type) => s_names.GetOrAdd(type, static type =>
    {
        if (type.IsArray)
            return Format(type.GetElementType()) + "[]";
        if (!type.IsGenericType || type.IsGenericTypeDefinition)
            return TypeManifest.Current.NameOf(type);
        var definition = TypeManifest.Current.NameOf(type.GetGenericTypeDefinition());
        return $"{definition}<{string.Join(',', type.GetGenericArguments().Select(Format))}>";
    });

    public static bool TryParse(string name, out Type type)
    {
        if (s_types.TryGetValue(name, out type))
            return true;
        var position = 0;
        if (name.Length > 2000 || s_types.Count >= KnownMax || !TryParse(name, ref position, 0, out type) || position != name.Length)
        {
            type = null;
            return false;
        }

        s_types.TryAdd(name, type);
        return true;
    }

    private static bool TryParse(string name, ref int position, int depth, out Type type)
    {
        type = null;
        var start = position;
        while (position < name.Length && name[position] is not ('<' or '>' or ',' or '['))
            position++;
        if (depth > DepthMax || !TypeManifest.Current.TryGetType(name[start..position], out type))
            return false;
        if (type.IsGenericTypeDefinition)
        {
            var arguments = new Type[type.GetGenericArguments().Length];
            for (var i = 0; i < arguments.Length; i++)
            {
                if (position >= name.Length || name[position] != (i == 0 ? '<' : ','))
                    return false;
                position++;
                if (!TryParse(name, ref position, depth + 1, out arguments[i]))
                    return false;
            }

            if (position >= name.Length || name[position++] != '>')
                return false;
            try
            {
                type = type.MakeGenericType(arguments);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        for (var rank = 0; position + 1 < name.Length && name[position] == '[' && name[position + 1] == ']'; rank++)
        {
            if (rank == RankMax)
                return false;
            position += 2;
            type = type.MakeArrayType();
        }

        return true;
    }
}
