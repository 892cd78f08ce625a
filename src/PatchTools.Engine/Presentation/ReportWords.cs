using System.Globalization;
using System.Text;

namespace PatchTools.Presentation;

/// <summary>
/// What the forms of a report have in common: words for people, and text without what could trick a reader or a parser.
/// </summary>
internal static class ReportWords
{
    /// <summary>
    /// Warnings of the report, each once. Cautions are not among them: they stand beside the verdict.
    /// </summary>
    public static IReadOnlyList<string> WarningsOf(ComplianceReport report) =>
        [
            .. report
                .Inventory.Warnings.Concat(report.Warnings)
                .Distinct(StringComparer.Ordinal)
                .Except(report.Inventory.Cautions, StringComparer.Ordinal),
        ];

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string HostOf(ComplianceReport report) =>
        new[]
        {
            report.Snapshot.InstanceId,
            report.Inventory.Facts.HostName,
            report.Inventory.OperatingSystem.PrettyName,
        }.FirstOrDefault(name => !string.IsNullOrEmpty(name)) ?? "this host";

    public static string BaselineOf(ComplianceReport report) =>
        report.Snapshot.Baseline.Name is { Length: > 0 } name ? name : report.Snapshot.BaselineId ?? "without a name";

    /// <summary>
    /// What is known beside the reason: the setback of an install, the version that is held back, the host's policy,
    /// what the baseline saw.
    /// </summary>
    public static IEnumerable<string> Details(PatchFinding finding)
    {
        var explanation = finding.Explanation;
        if (finding.Setback is { } setback)
            yield return $"{setback.Target.Edition} was not installed ({setback.Kind}), although {finding.Why}";
        if (explanation.HeldBackEdition is { } edition)
            yield return explanation.ApprovedFrom is { } from
                ? FormattableString.Invariant($"{edition} is held back until {from.UtcDateTime:yyyy-MM-dd}")
                : $"{edition} is not approved";
        foreach (var policy in explanation.HostPolicy)
            yield return policy;
        if (finding.IsCompliant)
            yield break;
        foreach (var observation in explanation.Observations)
            yield return observation;
    }

    /// <summary>A CVE id as it is assigned (CVE-, year, four digits or more), so that it can be looked up.</summary>
    public static bool IsCve(string id)
    {
        var parts = id.Split('-');
        return parts is ["CVE", { Length: 4 } year, { Length: >= 4 and <= 10 } number]
            && year.All(char.IsAsciiDigit)
            && number.All(char.IsAsciiDigit);
    }

    /// <summary>
    /// Control characters and those that turn the direction of writing become U+FFFD: names and versions come from
    /// repositories, and must not rearrange what a reader sees.
    /// </summary>
    public static string Clean(string text)
    {
        StringBuilder? clean = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsTricky(text, i))
                continue;
            clean ??= new StringBuilder(text);
            clean[i] = '\uFFFD';
        }

        return clean?.ToString() ?? text;
    }

    private static bool IsTricky(string text, int index)
    {
        var c = text[index];
        return char.IsControl(c)
            || c
                is '\u061C'
                    or '\u200E'
                    or '\u200F'
                    or (>= '\u202A' and <= '\u202E')
                    or (>= '\u2066' and <= '\u2069')
                    or '\u2028'
                    or '\u2029'
                    or '\uFFFE'
                    or '\uFFFF'
            || (char.IsSurrogate(c) && !IsWhole(text, index));
    }

    private static bool IsWhole(string text, int index) =>
        char.IsHighSurrogate(text[index])
            ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
            : index > 0 && char.IsHighSurrogate(text[index - 1]);
}
