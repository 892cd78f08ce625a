using System.Text.RegularExpressions;
using PatchTools.Native.Table;

namespace PatchTools.Native;

/// <summary>
/// What the engine advises in the words of the module, in those of this program: <c>-LockTimeout</c> is
/// <c>--lock-timeout</c> here, and <c>Publish-PatchSummary -Pending</c> is <c>patchtools publish</c>.
/// </summary>
internal static partial class ProgramWords
{
    private static readonly IReadOnlyDictionary<string, string> Parameters = CommandTable
        .All.SelectMany(command => command.Options)
        .Where(option => !option.IsProgramsOwn)
        .DistinctBy(option => option.Parameter)
        .ToDictionary(option => option.Parameter, option => option.Name, StringComparer.Ordinal);

    private static readonly (string Module, string Program)[] Calls =
    [
        ("Invoke-PatchBaseline -Operation Scan", "patchtools scan"),
        ("Invoke-PatchBaseline -Operation Install", "patchtools install"),
        ("Publish-PatchSummary -Pending", "patchtools publish"),
        ("Get-PatchInventory", "patchtools inventory"),
        ("Export-PatchInventory", "patchtools inventory --export"),
        ("Test-PatchRebootRequired", "patchtools reboot-required"),
        ("Get-PatchSummary", "patchtools report"),
        ("sudo pwsh", "sudo patchtools"),
    ];

    public static string Of(string text)
    {
        foreach (var (module, program) in Calls)
            text = text.Replace(module, program, StringComparison.Ordinal);
        return Parameter()
            .Replace(text, match => Parameters.GetValueOrDefault(match.Groups["name"].Value) ?? match.Value);
    }

    [GeneratedRegex("(?<![^\\s(\"'])-(?<name>[A-Z][A-Za-z]+)\\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}
