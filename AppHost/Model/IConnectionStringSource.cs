using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Model;

/// <summary>A resource that others reach through a connection string.</summary>
public interface IConnectionStringSource
{
    /// <summary>Name under which users find it: <c>ConnectionStrings__NAME</c>.</summary>
    string ConnectionName { get; }

    /// <summary>The connection string, with secrets.</summary>
    string GetConnectionString(Stack stack);
}
