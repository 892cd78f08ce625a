using PatchTools.Engine.Tests.PackageManagers.Apt;
using Xunit.Runner.InProc.SystemConsole;

namespace PatchTools.Engine.Tests;

/// <summary>The tests, or what a test starts this assembly for.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) =>
        Environment.GetEnvironmentVariable(InstallingProcess.Variable) is { } order
            ? await InstallingProcess.RunAsync(order)
            : await ConsoleRunner.Run(args);
}
