using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Model;

/// <summary>A resource in whose place something configured elsewhere can be used.</summary>
public interface IMayBeExternal
{
    /// <summary>Whether it is; then nothing is started and no port is needed.</summary>
    bool IsExternal(Stack stack);
}
