using Nsn.Engine.Runtime.Streams;

namespace Nsn.Engine.PostgreSql.Streams;

/// <summary>A stream whose items are rows.</summary>
internal interface IDurableStreamHub : IStreamHub
{
    /// <summary>Activates the hub, which delivers what its subscribers do not have yet.</summary>
    Task Wake();
}
