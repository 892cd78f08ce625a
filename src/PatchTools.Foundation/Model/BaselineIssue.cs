using PatchTools.Text;

namespace PatchTools;

/// <summary>How grave a fault of a baseline is.</summary>
public enum BaselineIssueLevel
{
    /// <summary>Worth knowing; the baseline does what it says.</summary>
    Information,

    /// <summary>Probably not what was meant, or refused by the service.</summary>
    Warning,

    /// <summary>A run with this baseline fails, or the baseline approves nothing.</summary>
    Error,
}

/// <summary>Kinds of faults that a baseline can have.</summary>
public enum BaselineIssueKind
{
    /// <summary>Something grave stays unapproved although something lesser is approved.</summary>
    Hole,

    /// <summary>A rule, a filter value or a list entry that no package can ever meet.</summary>
    NeverMatches,

    /// <summary>A rule that never decides, because another one approves the same no later and no lower.</summary>
    Superfluous,

    /// <summary>A rule or list entry that meets nothing on the host it was checked against.</summary>
    MatchesNothingHere,

    /// <summary>A field without effect on this family of package managers.</summary>
    Ignored,

    /// <summary>A run with this baseline fails.</summary>
    Fails,

    /// <summary>
    /// The service refuses it: a count, a length or a form of CreatePatchBaseline (reference 20 §4, §6, §8, §13).
    /// </summary>
    ServiceLimit,
}

/// <summary>One fault of a baseline: what, where, and what to do about it.</summary>
public sealed record BaselineIssue
{
    public required BaselineIssueLevel Level { get; init; }

    public required BaselineIssueKind Kind { get; init; }

    /// <summary>The member it is about: <c>Name</c>, <c>Rule 2</c>, <c>RejectedPatches</c>, …</summary>
    public required string Where { get; init; }

    /// <summary>The entry or value as written; null when it is about the member as a whole.</summary>
    public string? Entry { get; init; }

    /// <summary>What is wrong, one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do, one sentence.</summary>
    public required string Advice { get; init; }

    public override string ToString() => TerminalText.Cell($"{Where}: {Message}");
}
