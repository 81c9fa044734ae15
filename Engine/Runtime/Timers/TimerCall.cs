using System.Reflection;

namespace Nsn.Engine.Runtime.Timers;

/// <summary>A tick of a timer as a call, so that it takes its place in the queue.</summary>
internal sealed class TimerCall(Func<Task> tick, bool interleave, bool keepAlive) : VoidCall
{
    public override uint MethodId => 0;
    public override CallOptions Options => interleave ? CallOptions.AlwaysInterleave : CallOptions.None;
    internal override bool KeepsAlive => keepAlive;
    internal override bool IsOfRuntime => true;
    public override string GetMethodName() => "timer tick";
    public override Type GetInterfaceType() => typeof(IAddressable);
    public override MethodInfo GetMethod() => tick.Method;
    protected override ValueTask InvokeInner(object target) => new(tick());
}
