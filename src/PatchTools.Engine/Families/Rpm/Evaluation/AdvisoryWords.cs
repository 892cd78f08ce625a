namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>What the advisories of a host's repositories can say.</summary>
/// <param name="ArePublished">Whether an enabled repository publishes advisories at all.</param>
/// <param name="Classifications">As filters see them.</param>
/// <param name="Severities">As filters see them.</param>
internal sealed record AdvisoryWords(
    bool ArePublished,
    IReadOnlyCollection<string> Classifications,
    IReadOnlyCollection<string> Severities
);
