using PatchTools.Engine.Tests.PackageManagers.Apt;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace PatchTools.Engine.Tests;

/// <summary>The tests, or what a test starts this assembly for.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(InstallingProcess.Variable) is { } order)
            return await InstallingProcess.RunAsync(order);

        // As xunit's own entry point has it: mutation testing speaks to the tests through this server.
        return args.Any(a => a is "--server" or "--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
