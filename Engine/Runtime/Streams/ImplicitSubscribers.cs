using System.Globalization;
using System.Reflection;
using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Streams;

/// <summary>The grain classes that are subscribed to whole namespaces.</summary>
internal sealed class ImplicitSubscribers
{
    private readonly List<(GrainType Type, Type Class, ImplicitStreamSubscriptionAttribute Attribute)> _classes = [];

    public ImplicitSubscribers(GrainClassMap classes)
    {
        foreach (var (type, grainClass) in classes.All)
        {
            foreach (var attribute in grainClass.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>(true))
                _classes.Add((type, grainClass, attribute));
        }
    }

    public IEnumerable<StreamSubscription> Of(string provider, StreamId stream)
    {
        foreach (var (type, grainClass, attribute) in _classes)
        {
            if (attribute.Predicate.IsMatch(stream.GetNamespace()!))
                yield return new StreamSubscription(IdOf(provider, stream, type), new GrainId(type, KeyOf(grainClass, stream)), true);
        }
    }

    /// <summary>The implicit subscription of a grain, or null when its class has none to the stream.</summary>
    public StreamSubscription? Of(string provider, StreamId stream, GrainId consumer) => Of(provider, stream).FirstOrDefault(subscription => subscription.Consumer == consumer);

    private static IdSpan KeyOf(Type grainClass, StreamId stream)
    {
        var key = stream.GetKeyAsString();
        return typeof(IGrainWithIntegerKey).IsAssignableFrom(grainClass) && long.TryParse(key, CultureInfo.InvariantCulture, out var number)
            ? GrainIdKeyExtensions.CreateIntegerKey(number)
            : IdSpan.Create(key);
    }

    private static Guid IdOf(string provider, StreamId stream, GrainType type)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{provider}\n{stream}\n{type}"));
        return new Guid(hash.AsSpan(0, 16));
    }
}
