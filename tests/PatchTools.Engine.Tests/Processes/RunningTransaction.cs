using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using Xunit;

namespace PatchTools.Engine.Tests.Processes;

/// <summary>
/// A process to be stopped in every way while a transaction of its own runs: this test assembly, told so by its
/// environment.
/// </summary>
internal sealed class RunningTransaction : IDisposable
{
    private const string Variable = "PATCHTOOLS_TEST_TRANSACTION";

    private readonly Process _process;

    private RunningTransaction(Process process) => _process = process;

    /// <summary>
    /// A process that runs a transaction which waits at the pipe <c>gate</c> of the directory, and then writes
    /// <c>done</c> there.
    /// </summary>
    public static RunningTransaction Start(string directory)
    {
        // A group of its own, as a terminal gives it: the signal must not reach the test. Whoever runs the tests in the
        // background ignores Ctrl+C, and what is ignored stays so in every child.
        var start = new ProcessStartInfo("setsid") { RedirectStandardOutput = true };
        foreach (
            var argument in new[]
            {
                "--wait",
                "env",
                "--default-signal=INT",
                "dotnet",
                typeof(RunningTransaction).Assembly.Location,
            }
        )
            start.ArgumentList.Add(argument);
        start.Environment[Variable] = directory;
        return new RunningTransaction(Process.Start(start)!);
    }

    /// <summary>The process that has started the transaction.</summary>
    public int Id { get; private set; }

    /// <summary>Waits until the transaction runs.</summary>
    public void WaitForTransaction() =>
        Id = int.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);

    /// <summary>Ctrl+C in its terminal.</summary>
    public void InterruptGroup() => Signal("-INT", -Id);

    /// <summary>kill -9.</summary>
    public void KillNow() => Signal("-KILL", Id);

    public void WaitForEnd()
    {
        if (_process.WaitForExit(TimeSpan.FromMinutes(1)))
            return;
        KillNow();
        Assert.Fail("The run that began the transaction does not end.");
    }

    public void Dispose()
    {
        if (Id != 0)
            KillNow();
        _process.Dispose();
    }

    private static void Signal(string signal, int process)
    {
        var start = new ProcessStartInfo("kill");
        foreach (var argument in new[] { signal, "--", process.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        using var kill = Process.Start(start)!;
        kill.WaitForExit();
    }

    [ModuleInitializer]
    internal static void WorkUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } directory)
            return;
        Environment.SetEnvironmentVariable(Variable, null);

        // The shell announces the parent once it is there, says something after the gate, and only then leaves its
        // mark: a broken pipe would end it before.
        var command = new Command(
            "sh",
            [
                "-c",
                "echo $PPID > /dev/fd/3; read answer < \"$1/gate\"; echo after the gate; echo on standard "
                    + "error >&2; echo done > \"$1/done\"",
                "sh",
                directory,
            ]
        )
        {
            Interruptible = false,
            LogPath = Path.Combine(directory, "log"),
            StatusPath = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/1"),
        };
        var host = new HostContext
        {
            Paths = new HostPaths(),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        new ProcessRunner(host, SilentObserver.Instance)
            .RunAsync(command, CancellationToken.None)
            .GetAwaiter()
            .GetResult();
        Environment.Exit(0);
    }
}
