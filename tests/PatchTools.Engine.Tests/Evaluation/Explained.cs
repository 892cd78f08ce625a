using System.Globalization;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Everything that a finding says of itself, as one text that a test can hold beside it.</summary>
internal static class Explained
{
    public static string Of(PatchFinding finding)
    {
        var why = finding.Explanation;
        var update = finding.AvailableVersion.Length == 0 ? "" : $" → {finding.AvailableVersion}";
        List<string> lines =
        [
            $"{finding.State} {finding.InstalledVersion}{update}: {finding.Why}",
            $"decided: {string.Join(", ", Decided(why))}",
        ];
        if (why.HeldBackEdition is { } later)
            lines.Add($"held back: {later}{(why.ApprovedFrom is { } from ? $" until {Day(from)}" : "")}");
        lines.AddRange(why.HostPolicy.Select(line => $"host: {line}"));
        lines.AddRange(why.Observations.Select(line => $"saw: {line}"));
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Decided(FindingExplanation why)
    {
        yield return why.Decision.ToString();
        if (why.Rule is { } rule)
            yield return string.Create(CultureInfo.InvariantCulture, $"rule {rule}");
        if (why.ListEntry is { } entry)
            yield return $"entry '{entry}'";
    }

    private static string Day(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
