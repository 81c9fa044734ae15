using System.Reflection;

namespace Nsn.Gateway.Tests.Fakes;

/// <summary>Grains that answer as a test says, by the name of the method. What no test has said never answers, like a silo that hangs.</summary>
internal sealed class FakeGrains
{
    private readonly Dictionary<string, Func<object?[], Task>> _answers = [];

    public FakeGrains()
    {
        Factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)Factory).Grains = this;
    }

    /// <summary>What the gateway asks for grains.</summary>
    public IGrainFactory Factory { get; }

    /// <summary>Says what a method answers.</summary>
    public FakeGrains On(string method, Func<object?[], Task> answer)
    {
        _answers[method] = answer;
        return this;
    }

    private Task Call(MethodInfo method, object?[] arguments)
    {
        if (_answers.TryGetValue(method.Name, out var answer))
            return answer(arguments);
        if (!method.ReturnType.IsGenericType)
            return new TaskCompletionSource().Task;
        var never = typeof(TaskCompletionSource<>).MakeGenericType(method.ReturnType.GetGenericArguments());
        return (Task)never.GetProperty("Task")!.GetValue(Activator.CreateInstance(never))!;
    }

    private class FactoryProxy : DispatchProxy
    {
        public FakeGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IGrainFactory.CreateObjectReference))
                return args![0];
            var grain = Create(targetMethod.ReturnType, typeof(GrainProxy));
            ((GrainProxy)grain).Grains = Grains;
            return grain;
        }
    }

    private class GrainProxy : DispatchProxy
    {
        public FakeGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grains.Call(targetMethod!, args ?? []);
    }
}
