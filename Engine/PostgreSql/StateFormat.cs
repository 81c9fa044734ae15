using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.PostgreSql;

/// <summary>
/// How a state becomes a JSON value of its row: as JSON itself, which people and queries can read, where that keeps everything that the serializer of calls keeps; otherwise as
/// <c>{"$codec": "base64"}</c> of what that writes.
/// </summary>
/// <remarks>
/// JSON loses private members, members of types derived from the declared one, and references to grains. Types without a serializer have only JSON, which keeps what is public.
/// What is stored as JSON can be read whichever form the type has now.
/// </remarks>
internal static class StateFormat
{
    private const string CodecMember = "$codec";

    private static readonly JsonSerializerOptions s_json = new() { IncludeFields = true };
    private static readonly ConcurrentDictionary<Type, bool> s_jsonKeepsAll = new();

    private static readonly HashSet<Type> s_plain =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal),
        typeof(char), typeof(string), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri), typeof(Version), typeof(byte[]),
    ];

    private static readonly HashSet<Type> s_sequences =
    [
        typeof(List<>), typeof(HashSet<>), typeof(Queue<>), typeof(IEnumerable<>), typeof(ICollection<>), typeof(IList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>),
        typeof(ISet<>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(Nullable<>),
    ];

    private static readonly HashSet<Type> s_dictionaries = [typeof(Dictionary<,>), typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>), typeof(SortedDictionary<,>), typeof(ImmutableDictionary<,>)];
    private static readonly HashSet<Type> s_keys = [typeof(string), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(short), typeof(ushort), typeof(byte), typeof(sbyte), typeof(Guid)];

    public static string Write<T>(T state)
    {
        if (!NeedsCodec(state))
            return JsonSerializer.Serialize(state, s_json);
        using var writer = new Writer();
        CodecOf<T>.Instance.WriteItem(writer, state);
        return $$"""{"{{CodecMember}}":"{{Convert.ToBase64String(writer.Written)}}"}""";
    }

    /// <param name="data">What <see cref="Write"/> gave, possibly put otherwise by the database.</param>
    /// <param name="runtime">Makes references to grains usable; null where none are read.</param>
    public static T Read<T>(string data, IGrainReferenceRuntime? runtime)
    {
        if (EncodedIn(data) is not { } encoded)
            return JsonSerializer.Deserialize<T>(data, s_json)!;
        return CodecOf<T>.Instance.ReadItem(new Reader(encoded) { Runtime = runtime });
    }

    private static byte[]? EncodedIn(string data)
    {
        if (!data.StartsWith($"{{\"{CodecMember}\"", StringComparison.Ordinal)) // the only member of the value: the database writes it so
            return null;
        using var document = JsonDocument.Parse(data);
        return document.RootElement.GetProperty(CodecMember).GetBytesFromBase64();
    }

    private static bool NeedsCodec<T>(T state) =>
        state is not null && Codecs.CanWrite(typeof(T)) && !(state.GetType() == typeof(T) && s_jsonKeepsAll.GetOrAdd(typeof(T), static type => KeepsMembers(type, [])));

    /// <summary>Whether JSON gives back every value that a variable of this type may have.</summary>
    private static bool Keeps(Type type, HashSet<Type> seen)
    {
        if (s_plain.Contains(type) || type.IsEnum)
            return true;
        if (type.IsArray)
            return type.GetArrayRank() == 1 && Keeps(type.GetElementType()!, seen);
        if (type.IsGenericType)
        {
            var (definition, arguments) = (type.GetGenericTypeDefinition(), type.GetGenericArguments());
            if (s_sequences.Contains(definition))
                return Keeps(arguments[0], seen);
            if (s_dictionaries.Contains(definition))
                return (s_keys.Contains(arguments[0]) || arguments[0].IsEnum) && Keeps(arguments[1], seen);
            if (!type.IsDefined(typeof(GenerateSerializerAttribute), false))
                return false;
        }

        if (type == typeof(object) || type.IsInterface || type.IsAbstract)
            return false;
        if (!Codecs.CanWrite(type))
            return true; // whatever JSON makes of it
        return (type.IsValueType || type.IsSealed) && KeepsMembers(type, seen); // what is not sealed may be a derived type
    }

    private static bool KeepsMembers(Type type, HashSet<Type> seen)
    {
        if (!type.IsDefined(typeof(GenerateSerializerAttribute), false))
            return s_plain.Contains(type) || type.IsEnum || ((type.IsArray || type.IsGenericType) && Keeps(type, seen));
        if (!seen.Add(type))
            return true; // is being looked at
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            var members = level.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            var isRecord = Array.Exists(members, member => member.Name == "PrintMembers"); // the serializer has the parameters of its constructor, too
            foreach (var member in members)
            {
                var isOpen = IsOpen(member);
                if ((member.IsDefined(typeof(IdAttribute), false) || (isRecord && isOpen)) && !(isOpen && Keeps(TypeOf(member), seen)))
                    return false;
            }
        }

        return true;
    }

    private static Type TypeOf(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    private static bool IsOpen(MemberInfo member) => !member.IsDefined(typeof(JsonIgnoreAttribute), false) && member switch
    {
        PropertyInfo property => property is { GetMethod.IsPublic: true, SetMethod.IsPublic: true },
        FieldInfo field => field is { IsPublic: true, IsInitOnly: false },
        _ => false,
    };
}
