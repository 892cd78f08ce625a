using System.Runtime.InteropServices;
using PatchTools.Testing.Rigs;

namespace PatchTools.Tests.Native;

/// <summary>
/// The program <c>patchtools</c> of this build as a process of its own: its assembly under .NET, so that it needs no
/// linker. What is compiled natively is tried in the rigs.
/// </summary>
internal static class BuiltProgram
{
    private static readonly string Dotnet = Path.Combine(BuiltHost.DotnetFolder, "dotnet");

    private static readonly string Assembly = Path.Combine(
        StagedModule.RepositoryRoot,
        "src",
        "PatchTools.Native",
        "bin",
        StagedModule.Configuration,
        "net10.0",
        "PatchTools.Native.dll"
    );

    public static RigRun Run(params string[] arguments)
    {
        using var process = RigProcess.Start(
            "/usr/bin/env",
            ["NO_COLOR=1", "COLUMNS=100", Dotnet, "exec", Assembly, .. arguments]
        );
        return process.Wait();
    }
}
