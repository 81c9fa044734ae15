using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.State;

namespace Nsn.Engine.Runtime.Grains;

/// <summary>Makes instances of a grain class: services, states and the context go into its constructor.</summary>
internal sealed class GrainActivator
{
    private readonly ConstructorInvoker _constructor;
    private readonly Func<Activation, object?>[] _arguments;

    public GrainActivator(Type type)
    {
        var constructors = type.GetConstructors();
        var constructor = constructors.FirstOrDefault(candidate => candidate.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute), true))
            ?? constructors.MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidOperationException($"The grain class {type} has no public constructor.");
        _constructor = ConstructorInvoker.Create(constructor);
        _arguments = [.. constructor.GetParameters().Select(parameter => ArgumentOf(type, parameter))];
    }

    public object Create(Activation activation)
    {
        if (_arguments.Length == 0)
            return _constructor.Invoke();
        var values = new object?[_arguments.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = _arguments[i](activation);
        return _constructor.Invoke(values.AsSpan());
    }

    private static Func<Activation, object?> ArgumentOf(Type grain, ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(IGrainContext))
            return static activation => activation;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            var stateType = parameter.ParameterType.GetGenericArguments().Single();
            var bridge = ConstructorInvoker.Create(typeof(PersistentState<>).MakeGenericType(stateType).GetConstructor([typeof(Activation), typeof(string), typeof(string)])!);
            return activation => bridge.Invoke(activation, state.StateName, state.StorageName);
        }

        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            return activation => activation.ActivationServices.GetRequiredKeyedService(parameter.ParameterType, keyed.Key);
        if (parameter.HasDefaultValue)
            return activation => activation.ActivationServices.GetService(parameter.ParameterType) ?? parameter.DefaultValue;
        return activation => activation.ActivationServices.GetService(parameter.ParameterType)
            ?? throw new InvalidOperationException($"No service {parameter.ParameterType} is registered for the constructor of {grain}.");
    }
}
