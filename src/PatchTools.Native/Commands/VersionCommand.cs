using System.Reflection;
using PatchTools.Native.Table;

namespace PatchTools.Native.Commands;

/// <summary><c>patchtools version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>As <c>PatchTools.psd1</c> has it.</summary>
    public static string Version =>
        typeof(VersionCommand)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static Task<int> RunAsync(CommandCall call)
    {
        if (call.Has(Options.Json))
            call.Terminal.WriteDocument(Documents.OfVersion(Version));
        else
            call.Terminal.Write([$"PatchTools {Version}"]);
        return Task.FromResult(ExitStatus.Success);
    }
}
