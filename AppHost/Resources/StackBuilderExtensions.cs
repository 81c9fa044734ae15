using System.Globalization;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>The <c>Add…</c> methods with which a stack is declared.</summary>
public static class StackBuilderExtensions
{
    /// <summary>Adds a PostgreSQL server on port 5432.</summary>
    public static ResourceBuilder<PostgresResource> AddPostgres(this StackBuilder stack, string name, int port = 5432)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return stack.Add(new PostgresResource(name)).WithEndpoint("tcp", "tcp", port);
    }

    /// <summary>Adds a database; <c>ConnectionStrings:NAME</c> puts another server in its place.</summary>
    public static ResourceBuilder<PostgresDatabaseResource> AddDatabase(this ResourceBuilder<PostgresResource> server, string name)
    {
        ArgumentNullException.ThrowIfNull(server);
        server.Resource.Databases.Add(name);
        return server.Stack.Add(new PostgresDatabaseResource(name, server.Resource)).WaitFor(server);
    }

    /// <summary>Adds Azure Blob storage on port 10000.</summary>
    public static ResourceBuilder<AzuriteResource> AddAzurite(this StackBuilder stack, string name, int port = 10000)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return stack.Add(new AzuriteResource(name)).WithEndpoint("blob", "http", port);
    }

    /// <summary>Adds a program by its file name.</summary>
    public static ResourceBuilder<ExecutableResource> AddExecutable(
        this StackBuilder stack, string name, string fileName, string workingDirectory, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return stack.Add(new ExecutableResource(name, fileName, workingDirectory, arguments));
    }

    /// <summary>Adds a program of ours by its folder under the root.</summary>
    public static ResourceBuilder<ProjectResource> AddProject(this StackBuilder stack, string name, string project)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return stack.Add(new ProjectResource(name, project)).WithEnvironment("DOTNET_ENVIRONMENT", "Development");
    }

    /// <summary>Adds the build of a folder of pages under the root. It waits for the builds, declared before it, of what it bundles.</summary>
    public static ResourceBuilder<PagesResource> AddPages(this StackBuilder stack, string name, string folder)
    {
        ArgumentNullException.ThrowIfNull(stack);
        var pages = new PagesResource(name, Path.Combine(stack.Paths.Root, folder));
        IReadOnlyList<string> bundled = LocalPackages.Of(pages.Folder);
        pages.Dependencies.AddRange(stack.Resources.OfType<PagesResource>().Where(other => bundled.Contains(other.Folder)));
        return stack.Add(pages);
    }

    /// <summary>Adds silos: a port for other silos, one for gateways, and one for health, all on the loopback address.</summary>
    public static ResourceBuilder<ProjectResource> AddSilo(this StackBuilder stack, string name, int siloPort, int gatewayPort, int healthPort) =>
        stack.AddProject(name, "Silo")
            .WithEndpoint("health", "http", healthPort, isShown: false)
            .WithEndpoint("silo", "tcp", siloPort, isShown: false)
            .WithEndpoint("gateway", "tcp", gatewayPort, isShown: false)
            .WithHttpHealthCheck("health", "/health")
            .WithEnvironment((context, environment) =>
            {
                environment["Silo__Name"] = context.InstanceName;
                environment["Silo__SiloPort"] = Text(context.GetPort("silo"));
                environment["Silo__GatewayPort"] = Text(context.GetPort("gateway"));
                environment["Silo__HealthPort"] = Text(context.GetPort("health"));
                environment["Silo__KeyFolder"] = Path.Combine(context.Stack.Paths.Data, "keys");
                environment["Silo__ModelPack"] = Path.Combine(context.Stack.Paths.Root, "models", "toon", "pack");
            });

    /// <summary>Gives silos a role: which grains they host.</summary>
    public static ResourceBuilder<ProjectResource> WithRole(this ResourceBuilder<ProjectResource> silo, string role)
    {
        ArgumentNullException.ThrowIfNull(silo);
        return silo.WithEnvironment((_, environment) => environment[$"Silo__Roles__{environment.Keys.Count(k => k.StartsWith("Silo__Roles__", StringComparison.Ordinal))}"] = role);
    }

    /// <summary>Adds the gateway: HTTP and, for WebRTC, one port for UDP and TCP.</summary>
    public static ResourceBuilder<ProjectResource> AddGateway(this StackBuilder stack, string name, int httpPort = 8080, int udpPort = 8189) =>
        stack.AddProject(name, "Gateway")
            .WithEndpoint("http", "http", httpPort)
            .WithEndpoint("udp", "udp+tcp", udpPort, isShown: false)
            .WithHttpHealthCheck("http", "/health")
            .WithEnvironment((context, environment) =>
            {
                environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Text(context.GetPort("http"))}";
                environment["Gateway__UdpPort"] = Text(context.GetPort("udp"));
                environment["Gateway__Name"] = context.InstanceName;
                environment["Gateway__Pages"] = Path.Combine(context.Stack.Paths.Root, "web", "viewer", "dist");
                environment["Gateway__ModelPack"] = Path.Combine(context.Stack.Paths.Root, "models", "toon", "pack");
                environment["Gateway__DataFolder"] = Path.Combine(context.Stack.Paths.Data, context.InstanceName);
            });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
