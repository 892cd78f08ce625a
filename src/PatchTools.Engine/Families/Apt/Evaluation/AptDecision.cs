namespace PatchTools.Families.Apt.Evaluation;

/// <summary>What the baseline says of one version of one package, and which entry or rule says it.</summary>
internal readonly record struct AptDecision
{
    public required DecisionKind Kind { get; init; }

    public required AptVerdict Verdict { get; init; }

    /// <summary>UNSPECIFIED when nothing approves.</summary>
    public ComplianceLevel Level { get; init; }

    /// <summary>
    /// Entry of the rejected list, or null. Also known when the global filters decide: an installed version is rejected
    /// all the same.
    /// </summary>
    public string? RejectedEntry { get; init; }

    public string? ApprovedEntry { get; init; }

    public bool IsApproved => Kind is DecisionKind.ApprovalRule or DecisionKind.ApprovedList;

    /// <summary>From when its rule approves it, UTC midnight; null when nothing will, or something does.</summary>
    public DateTimeOffset? ApprovedFrom => Kind == DecisionKind.HeldBackByDate ? Verdict.ApprovedFrom : null;

    /// <summary>How near the version came to approval; explains a package that nothing approves.</summary>
    public int Rank =>
        Kind switch
        {
            DecisionKind.RejectedList => 4,
            DecisionKind.HeldBackByDate => 3,
            DecisionKind.NotSecurity => 2,
            DecisionKind.NoRule => 1,
            _ => 0,
        };

    /// <summary>1-based number of the rule that decided; null when none did.</summary>
    public int? RuleNumber =>
        Kind switch
        {
            DecisionKind.ApprovalRule => Verdict.Rule + 1,
            DecisionKind.HeldBackByDate => Verdict.HeldBackRule + 1,
            DecisionKind.NotSecurity when ApprovedEntry is null => Verdict.SecurityOnlyRule + 1,
            _ => null,
        };

    public string? ListEntry =>
        Kind switch
        {
            DecisionKind.RejectedList => RejectedEntry,
            DecisionKind.ApprovedList or DecisionKind.NotSecurity => ApprovedEntry,
            _ => null,
        };
}

/// <summary>A version not older than the installed one, with its decision.</summary>
/// <param name="Version">The version.</param>
/// <param name="Edition">Its text.</param>
/// <param name="IsNewer">Strictly newer than the installed version by Debian's order.</param>
/// <param name="Decision">What the baseline says.</param>
internal sealed record AptCandidate(PackageVersion Version, string Edition, bool IsNewer, AptDecision Decision);
