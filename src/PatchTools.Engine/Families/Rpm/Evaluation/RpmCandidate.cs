namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// One version of a package as one advisory describes it, or as no advisory does; with what the baseline says of it.
/// </summary>
internal sealed record RpmCandidate
{
    public required PackageVersion Version { get; init; }

    public required string Edition { get; init; }

    /// <summary>Null for a version that is judged without one.</summary>
    public required Advisory? Advisory { get; init; }

    /// <summary>
    /// The older version that the advisory names, where this one supersedes it; null for an advisory that names this
    /// version.
    /// </summary>
    public string? Supersedes { get; init; }

    /// <summary>
    /// Negative, zero or positive: older than, equal to or newer than the installed edition; positive when none is
    /// installed.
    /// </summary>
    public required int ToInstalled { get; init; }

    public required RpmDecision Decision { get; init; }

    public bool IsNewer => ToInstalled > 0;

    /// <summary>The older version beside the installed one that alone needs it; null for every other.</summary>
    public string? Leftover { get; init; }

    /// <summary>A repository offers it, or it is installed; false for what only an advisory names.</summary>
    public bool IsOffered { get; init; } = true;
}

/// <summary>What the baseline says of a candidate, and which entry or rule says it.</summary>
internal readonly record struct RpmDecision
{
    public required DecisionKind Kind { get; init; }

    /// <summary>UNSPECIFIED when nothing approves.</summary>
    public ComplianceLevel Level { get; init; }

    /// <summary>0-based: the rule that decided; null when none did.</summary>
    public int? Rule { get; init; }

    public string? RejectedEntry { get; init; }

    public string? ApprovedEntry { get; init; }

    /// <summary>From when the rule approves; null when it does now, or never will.</summary>
    public DateTimeOffset? ApprovedFrom { get; init; }

    public bool IsApproved => Kind is DecisionKind.ApprovalRule or DecisionKind.ApprovedList;

    /// <summary>How near the candidate came to approval; explains a package that nothing approves.</summary>
    public int Rank =>
        Kind switch
        {
            DecisionKind.RejectedList => 4,
            DecisionKind.HeldBackByDate => 3,
            DecisionKind.NotSecurity => 2,
            DecisionKind.NoRule => 1,
            _ => 0,
        };

    /// <summary>
    /// Whether this came nearer to approval than another decision: at a higher level, on an earlier day, or else by
    /// <see cref="Rank"/>.
    /// </summary>
    public bool IsNearerThan(in RpmDecision known)
    {
        if (IsApproved || known.IsApproved)
            return IsApproved && (!known.IsApproved || Level > known.Level);
        if (Kind == DecisionKind.HeldBackByDate && known.Kind == DecisionKind.HeldBackByDate)
            return (ApprovedFrom ?? DateTimeOffset.MaxValue) < (known.ApprovedFrom ?? DateTimeOffset.MaxValue);
        return Rank > known.Rank;
    }

    public string? ListEntry =>
        Kind switch
        {
            DecisionKind.RejectedList => RejectedEntry,
            DecisionKind.ApprovedList => ApprovedEntry,
            DecisionKind.NotSecurity when Rule is null => ApprovedEntry,
            _ => null,
        };
}
