namespace Nsn.Engine.Calls;

/// <summary>A small pool of calls of one method for each thread.</summary>
/// <typeparam name="TCall">The call class that the generator made for the method.</typeparam>
public static class CallPool<TCall>
    where TCall : Call, new()
{
    private const int KeptPerThread = 128;

    [ThreadStatic]
    private static Call s_first;

    [ThreadStatic]
    private static int s_count;

    public static TCall Rent()
    {
        var call = s_first;
        if (call is null)
            return new TCall();
        s_first = call.Next;
        call.Next = null;
        s_count--;
        return (TCall)call;
    }

    public static void Return(TCall call)
    {
        if (s_count >= KeptPerThread)
            return;
        call.Next = s_first;
        s_first = call;
        s_count++;
    }
}
