using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Supervision;

/// <summary>
/// Starts processes that do not outlive us. On Linux each gets a session of its own (a Ctrl-C at the terminal reaches only us, and we end
/// them in order) and PR_SET_PDEATHSIG through <c>setpriv --pdeathsig</c>: the kernel kills it when we are gone, even by kill -9.
/// The kernel means the thread that started it, so one thread that lives as long as we do starts them all.
/// On other systems a kill -9 of AppHost leaves them behind; an orderly end does not.
/// </summary>
public sealed class ProcessLauncher : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public ProcessLauncher()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "process launcher" };
        _thread.Start();
    }

    /// <summary>Starts a process; its output goes to <paramref name="log"/>.</summary>
    public Task<ManagedProcess> StartAsync(LaunchPlan plan, IReadOnlyDictionary<string, string> environment, LogBuffer log)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(log);
        var done = new TaskCompletionSource<ManagedProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(Start(plan, environment, log));
            }
            catch (Exception error)
            {
                done.SetException(new AppHostException($"{plan.FileName} does not start: {error.Message}", error));
            }
        });
        return done.Task;
    }

    /// <summary>Ends the thread. Processes that still run are killed by the kernel with it.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private static ManagedProcess Start(LaunchPlan plan, IReadOnlyDictionary<string, string> environment, LogBuffer log)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = plan.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        List<string> command = [plan.FileName, .. plan.Arguments];
        if (OperatingSystem.IsLinux())
        {
            if (plan.Unprivileged && Environment.IsPrivilegedProcess)
                command.InsertRange(0, plan.StartsOthers ? ["setpriv", .. UnprivilegedUser.SetprivArguments] : UnprivilegedUser.SetprivArguments);
            command.InsertRange(0, plan.StartsOthers ? ParentDeath.EndsGroup : ParentDeath.EndsProcess);
        }

        start.FileName = command[0];
        foreach (string argument in command.Skip(1))
            start.ArgumentList.Add(argument);

        // Ours are not theirs.
        foreach (string name in new[] { "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_LAUNCH_PROFILE", "MSBUILD_EXE_PATH", "MSBuildSDKsPath" })
            start.Environment.Remove(name);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        foreach ((string name, string value) in plan.Environment)
            start.Environment[name] = value;
        Process process = Process.Start(start) ?? throw new InvalidOperationException("the system started nothing");
        process.StandardInput.Close();
        return new ManagedProcess(process, log);
    }

    private void Run()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }
}
