using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;

namespace Nsn.AppHost.Resources;

/// <summary>
/// Azure Blob storage: the account that <c>ConnectionStrings:NAME</c> names, else Azurite from npm on the loopback address, with the well-known development account.
/// </summary>
public sealed class AzuriteResource(string name) : Resource(name), IConnectionStringSource, IMayBeExternal
{
    private const string Account = "devstoreaccount1";

    // Not a secret: the key that every Azure Storage emulator has.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <inheritdoc />
    public override string Kind => "Azurite";

    /// <inheritdoc />
    public string ConnectionName => Name;

    /// <inheritdoc />
    public bool IsExternal(Stack stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return stack.Configuration[$"ConnectionStrings:{Name}"] is { Length: > 0 };
    }

    /// <inheritdoc />
    public string GetConnectionString(Stack stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return IsExternal(stack)
            ? stack.Configuration[$"ConnectionStrings:{Name}"]!
            : $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{stack.Ports.Get(this, "blob")}/{Account};";
    }

    /// <inheritdoc />
    protected internal override async Task PrepareAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsExternal(context.Stack))
            return;
        await context.Stack.Npm.EnsureAsync(context.Log, cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(Path.Combine(context.Stack.Paths.Data, Name));
    }

    /// <inheritdoc />
    protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsExternal(context.Stack))
            return null;
        string data = Path.Combine(context.Stack.Paths.Data, Name);
        return new LaunchPlan
        {
            FileName = "node",
            Arguments =
            [
                Path.Combine(context.Stack.Npm.Modules, "azurite", "dist", "src", "blob", "main.js"),
                "--blobHost", "127.0.0.1", "--blobPort", $"{context.GetPort("blob")}", "--location", data,
                "--disableTelemetry", "--skipApiVersionCheck", "--silent",
            ],
            WorkingDirectory = data,
        };
    }

    /// <inheritdoc />
    protected internal override async Task<string?> CheckHealthAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsExternal(context.Stack))
            return null;
        // Anything that it answers, even that we may not ask, means that it serves.
        using HttpResponseMessage _ = await context.Stack.Http.GetAsync(
            new Uri($"http://127.0.0.1:{context.GetPort("blob")}/{Account}?comp=list"), cancellationToken).ConfigureAwait(false);
        return null;
    }
}
