namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>Order of the vendors' severity words, across vendors.</summary>
internal static class VendorSeverity
{
    /// <summary>0 for none or an unknown word, 4 for the gravest.</summary>
    public static int Rank(string? severity) =>
        severity?.ToUpperInvariant() switch
        {
            "CRITICAL" => 4,
            "IMPORTANT" or "HIGH" => 3,
            "MODERATE" or "MEDIUM" => 2,
            "LOW" => 1,
            _ => 0,
        };
}
