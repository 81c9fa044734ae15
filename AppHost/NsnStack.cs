using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Resources;

namespace Nsn.AppHost;

/// <summary>What NSN consists of on one machine.</summary>
public static class NsnStack
{
    /// <summary>Declares PostgreSQL, Azurite, the pages, two core silos, one GPU silo and the gateway.</summary>
    /// <param name="arguments">Settings, <c>--Name=value</c>.</param>
    public static StackBuilder Declare(params string[] arguments)
    {
        StackBuilder stack = StackBuilder.Create(arguments);
        var database = stack.AddPostgres("postgres").AddDatabase("nsn");
        var blobs = stack.AddAzurite("blobs");
        // What the others bundle comes first.
        var pages = new List<ResourceBuilder<PagesResource>>();
        foreach (string page in new[] { "player", "viewer", "operator" })
        {
            if (File.Exists(Path.Combine(stack.Paths.Root, "web", page, "package-lock.json")))
                pages.Add(stack.AddPages(page, $"web/{page}"));
        }

        if (!Directory.Exists(Path.Combine(stack.Paths.Root, "Silo")))
            return stack;
        var core = stack.AddSilo("core", siloPort: 11111, gatewayPort: 30000, healthPort: 8091)
            .WithRole("core").WithReplicas(2).WithReference(database).WithReference(blobs).WithFfmpeg().WithEnvironment(GiveTimeToOneMachine);
        var gpu = stack.AddSilo("gpu", siloPort: 11121, gatewayPort: 30010, healthPort: 8095)
            .WithRole("gpu").WithReference(database).WithReference(blobs).WithFfmpeg().WithWebGpu().WithEnvironment(GiveWayToBrowser).WaitFor(core);

        if (!Directory.Exists(Path.Combine(stack.Paths.Root, "Gateway")))
            return stack;
        var gateway = stack.AddGateway("gateway").WithReference(database).WithReference(blobs).WithFfmpeg().WaitFor(core).WaitFor(gpu);
        foreach (ResourceBuilder<PagesResource> page in pages)
            gateway.WaitFor(page);
        return stack;
    }

    /// <summary>Models that run on the processors would take them from the browser of whoever watches, just when it opens the page.</summary>
    private static void GiveWayToBrowser(ResourceContext context, IDictionary<string, string> environment)
    {
        if (Environment.GetEnvironmentVariable("Silo__LowPriority") is null)
            environment["Silo__LowPriority"] = "true";
    }

    /// <summary>Five directors, the browser and everything else share one machine here, so the phases of a slot get more time than in a network.</summary>
    private static void GiveTimeToOneMachine(ResourceContext context, IDictionary<string, string> environment)
    {
        foreach (var (name, value) in new[] { ("Slot__CommitTimeout", "00:00:08"), ("Slot__RevealTimeout", "00:00:02"), ("Slot__VoteTimeout", "00:00:03") })
        {
            if (Environment.GetEnvironmentVariable(name) is null)
                environment[name] = value;
        }
    }
}
