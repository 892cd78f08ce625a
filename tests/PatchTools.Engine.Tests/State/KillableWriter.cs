using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Engine.Tests.State;

/// <summary>
/// A process to be killed: this test assembly, told by its environment to work until it dies instead of running tests.
/// </summary>
internal static class KillableWriter
{
    public const int Lines = 8000;

    private const string TargetVariable = "PATCHTOOLS_TEST_WRITE_UNTIL_KILLED";
    private const string LockVariable = "PATCHTOOLS_TEST_LOCK_UNTIL_KILLED";

    /// <summary>A process that replaces the file over and over, one line of output for each time.</summary>
    public static Process StartWriting(string path) => Start(TargetVariable, path);

    /// <summary>
    /// A process that takes the run's lock below the directory and keeps it, one line of output when it has it.
    /// </summary>
    public static Process StartLocking(string directory) => Start(LockVariable, directory);

    /// <summary>About 60 kB, so that a kill often falls into the writing; every line names the round.</summary>
    public static byte[] Content(int round) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"{round:D6}\n", Lines)));

    private static Process Start(string variable, string value)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add(typeof(KillableWriter).Assembly.Location);
        start.Environment[variable] = value;
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void WorkUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(TargetVariable) is { } target)
        {
            for (var round = 0; ; round++)
            {
                AtomicFile.Write(target, Content(round % 1_000_000));
                Console.Out.WriteLine(round);
                Console.Out.Flush();
            }
        }

        if (Environment.GetEnvironmentVariable(LockVariable) is { } directory)
        {
            using var held = RunLock
                .AcquireAsync(
                    ReportSamples.Host(directory),
                    "the run that dies",
                    TimeSpan.Zero,
                    SilentObserver.Instance,
                    CancellationToken.None
                )
                .GetAwaiter()
                .GetResult();
            Console.Out.WriteLine("locked");
            Console.Out.Flush();
            // Never answered: the parent kills this process.
            Console.In.ReadLine();
        }
    }
}
