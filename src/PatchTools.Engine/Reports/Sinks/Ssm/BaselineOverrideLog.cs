using PatchTools.Json;
using PatchTools.Ports;

namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>What a run with a baseline override logs instead of an upload (reference 05 §3.6). Pure.</summary>
internal static class BaselineOverrideLog
{
    private const string Tag = "[BASELINE OVERRIDE]:";

    private static readonly string[] LeftOut = ["DocumentName", "DocumentVersion", "PatchBaselineId", "PatchGroup"];

    /// <summary>
    /// Two messages: the summary, and what does not comply; each a tagged line with JSON after it, indented by 4, keys
    /// sorted.
    /// </summary>
    public static IReadOnlyList<string> Messages(InventoryItem summary, InventoryItem compliance)
    {
        var json = new PythonJsonWriter(indent: 4);
        json.Object(Sorted(summary.Content![0].Where(m => m.Key != "BaselineId")));
        var failing = compliance
            .Content!.Where(entry => entry.Any(m => m is { Key: "Status", Value: "NON_COMPLIANT" }))
            .ToList();
        var summaryMessage = $"{Tag} Summary:\n{json}";
        if (failing.Count == 0)
            return [summaryMessage, $"{Tag} Everything is compliant."];
        var items = new PythonJsonWriter(indent: 4);
        items.BeginArray();
        foreach (var entry in failing)
            items.Object(Sorted(entry.Where(m => !LeftOut.Contains(m.Key))));
        items.EndArray();
        return [summaryMessage, $"{Tag} Non Compliant Packages:\n{items}"];
    }

    private static IEnumerable<KeyValuePair<string, string>> Sorted(
        IEnumerable<KeyValuePair<string, string>> members
    ) => members.OrderBy(m => m.Key, StringComparer.Ordinal);
}
