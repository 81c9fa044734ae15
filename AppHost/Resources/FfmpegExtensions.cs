using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>ffmpeg for those who need it.</summary>
public static class FfmpegExtensions
{
    /// <summary>Puts the ffmpeg that npm brings on the program's PATH where none is installed.</summary>
    public static ResourceBuilder<ProjectResource> WithFfmpeg(this ResourceBuilder<ProjectResource> resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        resource.Resource.NeedsFfmpeg = true;
        return resource.WithEnvironment((context, environment) =>
        {
            if (ToolLocator.FindOnPath("ffmpeg") is not null)
                return;
            string folder = Path.Combine(context.Stack.Npm.Modules, "@ffmpeg-installer");
            string? platform = Directory.Exists(folder)
                ? Directory.EnumerateDirectories(folder).FirstOrDefault(d => Path.GetFileName(d) != "ffmpeg")
                : null;
            if (platform is not null)
                environment["PATH"] = platform + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        });
    }
}
