namespace Nsn.Engine.Calls;

/// <summary>Hears that a call which did not finish at once has finished.</summary>
internal interface ICallOwner
{
    void OnCallFinished(Call call);
}
