namespace PatchTools.Model;

/// <summary>What ranks a finding: the baseline's level, the vendor's classification and severity.</summary>
public static class SeverityWords
{
    /// <summary>The ranks of vendors, of dpkg and of baselines, the most severe first.</summary>
    private static readonly string[] _ranks =
    [
        "critical",
        "high",
        "important",
        "medium",
        "moderate",
        "required",
        "low",
        "standard",
        "informational",
        "optional",
        "extra",
        "none",
    ];

    /// <summary>Level, classification and severity, as far as there are any, each word once.</summary>
    public static IEnumerable<string> Of(PatchFinding finding) =>
        new[]
        {
            finding.ComplianceLevel == ComplianceLevel.UNSPECIFIED ? "" : finding.ComplianceLevel.ToString(),
            finding.Classification,
            finding.Severity,
        }
            .Where(word => word.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// One word with a capital: the baseline's level where it gives one, else the vendor's severity or dpkg's
    /// priority.
    /// </summary>
    public static string Rating(PatchFinding finding)
    {
        if (finding.ComplianceLevel == ComplianceLevel.UNSPECIFIED && finding.Severity.Length == 0)
            return "Not rated";
        var word =
            finding.ComplianceLevel != ComplianceLevel.UNSPECIFIED
                ? finding.ComplianceLevel.ToString()
                : finding.Severity;
        return char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant();
    }

    /// <summary>0 is the most severe; a word that nobody uses as a rank comes last.</summary>
    public static int Rank(string word)
    {
        var rank = Array.FindIndex(_ranks, known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        return rank < 0 ? _ranks.Length : rank;
    }
}
