using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;

namespace Nsn.Engine.Serialization;

/// <summary>Finds the codec of a type: built in, generated, or put together from those of its parts.</summary>
public static class Codecs
{
    private static readonly ConcurrentDictionary<Type, Codec> s_exact = new(Primitives.All.Select(codec => KeyValuePair.Create(codec.ValueType, codec)));
    private static readonly ConcurrentDictionary<Type, Codec> s_variable = new();

    private static readonly Dictionary<Type, Type> s_generic = new()
    {
        [typeof(Nullable<>)] = typeof(NullableCodec<>),
        [typeof(List<>)] = typeof(ListCodec<>),
        [typeof(HashSet<>)] = typeof(HashSetCodec<>),
        [typeof(SortedSet<>)] = typeof(SortedSetCodec<>),
        [typeof(Queue<>)] = typeof(QueueCodec<>),
        [typeof(Stack<>)] = typeof(StackCodec<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCodec<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCodec<,>),
        [typeof(KeyValuePair<,>)] = typeof(KeyValuePairCodec<,>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCodec<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCodec<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCodec<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCodec<,>),
        [typeof(Orleans.Concurrency.Immutable<>)] = typeof(ImmutableBoxCodec<>),
        [typeof(Tuple<>)] = typeof(TupleCodec<>),
        [typeof(Tuple<,>)] = typeof(TupleCodec<,>),
        [typeof(Tuple<,,>)] = typeof(TupleCodec<,,>),
        [typeof(ValueTuple<>)] = typeof(ValueTupleCodec<>),
        [typeof(ValueTuple<,>)] = typeof(ValueTupleCodec<,>),
        [typeof(ValueTuple<,,>)] = typeof(ValueTupleCodec<,,>),
        [typeof(ValueTuple<,,,>)] = typeof(ValueTupleCodec<,,,>),
        [typeof(ValueTuple<,,,,>)] = typeof(ValueTupleCodec<,,,,>),
    };

    private static readonly Dictionary<Type, Type> s_sequences = new()
    {
        [typeof(IEnumerable<>)] = typeof(List<>),
        [typeof(ICollection<>)] = typeof(List<>),
        [typeof(IList<>)] = typeof(List<>),
        [typeof(IReadOnlyCollection<>)] = typeof(List<>),
        [typeof(IReadOnlyList<>)] = typeof(List<>),
        [typeof(ISet<>)] = typeof(HashSet<>),
        [typeof(IReadOnlySet<>)] = typeof(HashSet<>),
        [typeof(IDictionary<,>)] = typeof(Dictionary<,>),
        [typeof(IReadOnlyDictionary<,>)] = typeof(Dictionary<,>),
    };

    /// <summary>The codec for a variable declared with a type.</summary>
    public static Codec ForVariable(Type type) => s_variable.GetOrAdd(type, static type =>
    {
        if (type.IsGenericType && s_sequences.TryGetValue(type.GetGenericTypeDefinition(), out var concrete))
            return Make(typeof(SequenceCodec<,>), type, concrete.MakeGenericType(type.GetGenericArguments()));
        if (typeof(IAddressable).IsAssignableFrom(type) && (type.IsInterface || typeof(GrainReference).IsAssignableFrom(type)))
            return Make(typeof(ReferenceCodec<>), type);
        if (typeof(Exception).IsAssignableFrom(type))
            return Make(typeof(PolymorphicCodec<>), type);
        if (type == typeof(object) || type.IsInterface || type.IsAbstract)
            return typeof(Type).IsAssignableFrom(type) || typeof(Call).IsAssignableFrom(type) ? Exact(type) : Make(typeof(PolymorphicCodec<>), type);
        return type.IsSealed || type.IsValueType || Primitives.Types.Contains(type) || (type.IsGenericType && s_generic.ContainsKey(type.GetGenericTypeDefinition()))
            ? Exact(type)
            : Make(typeof(PolymorphicCodec<>), type);
    });

    /// <summary>The codec for values whose own type is this one.</summary>
    public static Codec Exact(Type type) => s_exact.TryGetValue(type, out var codec)
        ? codec
        : s_exact.GetOrAdd(type, static type => Find(type) ?? throw new WireFormatException(
            $"There is no serializer for {type}. Mark it with [GenerateSerializer] and its members with [Id], or register a converter for it."));

    /// <summary>Whether values of this type can be written; a look at the type, not at its members.</summary>
    public static bool CanWrite(Type type) => s_exact.ContainsKey(type) || Find(type) is not null;

    /// <summary>The members' codec of a base class.</summary>
    public static ObjectCodec<T> Members<T>() => Exact(typeof(T)) as ObjectCodec<T>
        ?? throw new WireFormatException($"{typeof(T)} is a base class without a generated serializer.");

    /// <summary>The type under which a value travels: a grain goes as a reference, a list view as a list.</summary>
    internal static Type WireTypeOf(object value) => value switch
    {
        Type => typeof(Type),
        GrainReference => typeof(GrainReference),
        Call => typeof(Call),
        IPAddress => typeof(IPAddress),
        _ => value.GetType(),
    };

    private static Codec Find(Type type)
    {
        if (type.IsEnum)
            return Make(typeof(EnumCodec<>), type);
        if (type.IsArray)
            return type.GetArrayRank() == 1 ? Make(typeof(ArrayCodec<>), type.GetElementType()) : null;
        if (typeof(GrainReference).IsAssignableFrom(type))
            return Make(typeof(ReferenceCodec<>), type);
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var manifest = TypeManifest.Current;
        if (manifest.TryGetCodec(definition, out var codecType))
            return (Codec)Activator.CreateInstance(type.IsGenericType ? codecType.MakeGenericType(type.GetGenericArguments()) : codecType);
        if (manifest.TryGetConverter(definition, out var surrogate, out var converter))
        {
            if (type.IsGenericType)
                (surrogate, converter) = (surrogate.MakeGenericType(type.GetGenericArguments()), converter.MakeGenericType(type.GetGenericArguments()));
            return Make(typeof(SurrogateCodec<,,>), type, surrogate, converter);
        }

        if (type.IsGenericType && s_generic.TryGetValue(definition, out var builtIn))
            return (Codec)Activator.CreateInstance(builtIn.MakeGenericType(type.GetGenericArguments()));
        if (typeof(Exception).IsAssignableFrom(type))
            return Make(typeof(ExceptionCodec<>), type);
        return type.IsGenericType && s_sequences.ContainsKey(definition) ? ForVariable(type) : null;
    }

    private static Codec Make(Type definition, params Type[] arguments) => (Codec)Activator.CreateInstance(definition.MakeGenericType(arguments));
}
