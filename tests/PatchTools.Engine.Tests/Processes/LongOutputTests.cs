using System.Globalization;
using System.Runtime.CompilerServices;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.Processes;

/// <summary>
/// What a child that prints 300 MB costs: the peak of the resident set of a process of its own, as the kernel has it.
/// </summary>
public sealed class LongOutputTests
{
    private const string Variable = "PATCHTOOLS_TEST_LONG_OUTPUT";
    private const int Printed = 300_000_000;

    /// <summary>A .NET process needs about 60 MB before it does anything.</summary>
    private const int MostMegabytes = 256;

    [Theory]
    [InlineData("records", "300000000 characters in 3000000 records")]
    [InlineData("answer", "PackageManagerFailed")]
    public void A_child_that_prints_300_megabytes_needs_no_more_memory_than_one_that_prints_little(
        string kind,
        string expected
    )
    {
        var run = RigProcess
            .Run("env", $"{Variable}={kind}", "dotnet", typeof(LongOutputTests).Assembly.Location)
            .Expect();
        var said = run.Output.Split('\n');
        var peak = int.Parse(said[1], CultureInfo.InvariantCulture) / 1024;
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{kind}: peak of the resident set {peak} MB")
        );
        Assert.Equal(expected, said[0]);
        Assert.InRange(peak, 1, MostMegabytes);
    }

    [ModuleInitializer]
    internal static void ReadMuch()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } kind)
            return;
        var host = new HostContext
        {
            Paths = new HostPaths(),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            IsRoot = Environment.IsPrivilegedProcess,
        };
        var line = new string('x', 99);
        var command = new Command(
            "sh",
            ["-c", string.Create(CultureInfo.InvariantCulture, $"yes {line} | head -c {Printed}")]
        )
        {
            AnswersAtLength = kind == "records",
        };
        try
        {
            var result = new ProcessRunner(host, SilentObserver.Instance)
                .RunAsync(command, CancellationToken.None)
                .GetAwaiter()
                .GetResult();
            long characters = 0;
            var records = 0;
            foreach (var record in result.Records('\n').Where(r => r.Length > 0))
            {
                characters += record.Length + 1;
                records++;
            }

            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{characters} characters in {records} records")
            );
        }
        catch (PatchToolsException e)
        {
            Console.WriteLine(e.ErrorId);
        }

        Console.WriteLine(
            File.ReadLines("/proc/self/status")
                .First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]
        );
        Console.Out.Flush();
        Environment.Exit(0);
    }
}
