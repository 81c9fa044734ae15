using Nsn.AppHost.Model;

namespace Nsn.AppHost.Resources;

/// <summary>Any program.</summary>
public class ExecutableResource(string name, string fileName, string workingDirectory, params string[] arguments) : Resource(name)
{
    /// <inheritdoc />
    public override string Kind => "executable";

    /// <inheritdoc />
    protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context) =>
        new() { FileName = fileName, Arguments = arguments, WorkingDirectory = workingDirectory };
}
