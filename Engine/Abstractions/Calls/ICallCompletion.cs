namespace Nsn.Engine.Calls;

/// <summary>Receives the outcome of a call instead of an awaiting caller: a connection that answers, or the end of a filter chain.</summary>
internal interface ICallCompletion
{
    void OnCompleted(Call call);
}
