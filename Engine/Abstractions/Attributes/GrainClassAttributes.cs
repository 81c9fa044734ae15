using Orleans.Metadata;

namespace Orleans.Metadata
{
    /// <summary>Adds properties to a grain class.</summary>
    public interface IGrainPropertiesProviderAttribute
    {
        void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties);
    }

    /// <summary>Names the type of a grain class.</summary>
    public interface IGrainTypeProviderAttribute
    {
        GrainType GetGrainType(IServiceProvider services, Type type);
    }

    /// <summary>Adds properties to a grain interface.</summary>
    public interface IGrainInterfacePropertiesProviderAttribute
    {
        void Populate(IServiceProvider services, Type interfaceType, Dictionary<string, string> properties);
    }

    /// <summary>Binds a grain class to sources of messages such as streams.</summary>
    public interface IGrainBindingsProviderAttribute
    {
        IEnumerable<Dictionary<string, string>> GetBindings(IServiceProvider services, Type grainClass, GrainType grainType);
    }

    /// <summary>The properties of a grain class, by name.</summary>
    public sealed class GrainProperties(System.Collections.Immutable.ImmutableDictionary<string, string> values)
    {
        public System.Collections.Immutable.ImmutableDictionary<string, string> Properties { get; } = values;
    }

    /// <summary>The grain type that an interface stands for when several classes implement it.</summary>
    [AttributeUsage(AttributeTargets.Interface)]
    public sealed class DefaultGrainTypeAttribute(string grainType) : Attribute, IGrainInterfacePropertiesProviderAttribute
    {
        internal string GrainType { get; } = grainType;

        public void Populate(IServiceProvider services, Type interfaceType, Dictionary<string, string> properties) =>
            properties["primary-grain-type"] = GrainType;
    }
}

namespace Orleans
{
    /// <summary>Names the grain type of a class; without it the class name in lower case, less a trailing "Grain".</summary>
    [AttributeUsage(AttributeTargets.Class, Inherited = false)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute, IGrainTypeProviderAttribute
    {
        public GrainType GetGrainType(IServiceProvider services, Type type) => Runtime.GrainType.Create(grainType);
    }

    /// <summary>How long an activation of this class may be idle before it is collected.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class CollectionAgeLimitAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        public static readonly TimeSpan MinAgeLimit = TimeSpan.FromSeconds(1);
        private readonly TimeSpan? _given;

        public CollectionAgeLimitAttribute()
        {
        }

        public CollectionAgeLimitAttribute(string inactivityPeriod) =>
            _given = TimeSpan.Parse(inactivityPeriod, System.Globalization.CultureInfo.InvariantCulture);

        public double Days { get; set; }
        public double Hours { get; set; }
        public double Minutes { get; set; }
        public bool AlwaysActive { get; set; }

        public TimeSpan AgeLimit
        {
            get
            {
                if (AlwaysActive)
                    return TimeSpan.MaxValue;
                var limit = _given ?? TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
                return limit < MinAgeLimit ? MinAgeLimit : limit;
            }
        }

        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties["idle-duration"] = AlwaysActive ? "infinite" : AgeLimit.ToString("c");
    }

    /// <summary>Activations of this class are never collected for being idle.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class KeepAliveAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties["idle-duration"] = "infinite";
    }
}
