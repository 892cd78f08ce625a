namespace PatchTools.Model;

/// <summary>
/// Which findings come first where not all are shown or sent: those that do not comply before those that do; then by
/// the baseline's level, by state, those with a classification, and by severity. Whatever cuts a list uses this order,
/// so that it hides what matters least.
/// </summary>
public static class Importance
{
    private const int Room = 100;

    /// <summary>The most important first; the order of the report where two are alike.</summary>
    public static IEnumerable<PatchFinding> Order(IEnumerable<PatchFinding> findings) =>
        findings.OrderBy(finding =>
            Rank(StateWords.Of(finding.State), finding.ComplianceLevel, finding.Classification, finding.Severity)
        );

    /// <summary>0 is the most important.</summary>
    /// <param name="state">Null: a state that nobody knows; it comes last.</param>
    /// <param name="level">Level of the baseline.</param>
    /// <param name="classification">Of the vendor; empty when there is none.</param>
    /// <param name="severity">Of the vendor, or dpkg's priority; empty when there is none.</param>
    internal static int Rank(StateWord? state, ComplianceLevel level, string classification, string severity)
    {
        var rank = state is { IsCompliant: false } ? 0 : 1;
        rank = (rank * Room) + (ComplianceLevel.CRITICAL - level);
        rank = (rank * Room) + (state is null ? StateWords.All.Count : StateWords.Rank(state.State));
        rank = (rank * Room) + (classification.Length > 0 ? 0 : 1);
        return (rank * Room) + SeverityWords.Rank(severity);
    }
}
