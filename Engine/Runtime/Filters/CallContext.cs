using System.Reflection;
using Nsn.Engine.Runtime.Activations;
using Orleans.Serialization.Invocation;

namespace Nsn.Engine.Runtime.Filters;

/// <summary>A call on its way through a chain of filters; the chain ends with the call itself.</summary>
internal abstract class CallContext(Call call) : IGrainCallContext
{
    private int _stage;

    public Call Call => call;
    public IInvokable Request => call;
    public abstract object? Grain { get; }
    public GrainId? SourceId => call.SourceId.IsDefault ? null : call.SourceId;
    public GrainId TargetId => call.TargetId;
    public GrainInterfaceType InterfaceType => GrainInterfaceType.Create(TypeNames.Format(call.GetInterfaceType()));
    public string InterfaceName => call.GetInterfaceName();
    public string MethodName => call.GetMethodName();
    public MethodInfo InterfaceMethod => call.GetMethod();
    public Response? Response { get; set; }

    public object? Result
    {
        get => Response?.Result;
        set
        {
            if (Response is null || Response.Exception is not null)
                Response = Response.FromResult(value);
            else
                Response.Result = value!;
        }
    }

    public async Task Invoke()
    {
        var stage = _stage++;
        try
        {
            if (!await TryFilter(stage))
                await Finish();
        }
        finally
        {
            _stage = stage;
        }
    }

    /// <summary>Runs the filter of a stage; false when there are no more.</summary>
    protected abstract Task<bool> TryFilter(int stage);

    protected abstract Task Finish();
}

/// <summary>A call at its grain.</summary>
internal sealed class IncomingCallContext(Activation activation, Call call, object target, IIncomingGrainCallFilter[] filters) : CallContext(call), IIncomingGrainCallContext
{
    public override object Grain => target;
    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var method = InterfaceMethod;
            var declaring = method.DeclaringType!;
            var map = target.GetType().GetInterfaceMap(declaring);
            var definition = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
            var index = Array.IndexOf(map.InterfaceMethods, definition);
            var implementation = map.TargetMethods[index];
            return method.IsGenericMethod ? implementation.MakeGenericMethod(method.GetGenericArguments()) : implementation;
        }
    }

    protected override async Task<bool> TryFilter(int stage)
    {
        if (stage < filters.Length)
        {
            await filters[stage].Invoke(this);
            return true;
        }

        if (stage == filters.Length && target is IIncomingGrainCallFilter own)
        {
            await own.Invoke(this);
            return true;
        }

        return false;
    }

    protected override async Task Finish() => Response = Response.FromResult(await Call.InvokeUntyped(target));
}

/// <summary>A call at its caller.</summary>
internal sealed class OutgoingCallContext(Call call, IOutgoingGrainCallFilter[] filters, Func<Call, Task<object?>> send) : CallContext(call), IOutgoingGrainCallContext
{
    public override object? Grain => Call.Reference;
    public IGrainContext? SourceContext => Call.Source;

    protected override async Task<bool> TryFilter(int stage)
    {
        if (stage >= filters.Length)
            return false;
        await filters[stage].Invoke(this);
        return true;
    }

    protected override async Task Finish() => Response = Response.FromResult(await send(Call));
}
