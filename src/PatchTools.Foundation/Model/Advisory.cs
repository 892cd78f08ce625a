using PatchTools.Model;

namespace PatchTools;

/// <summary>One advisory (rpm families): what the vendor says of the versions it names.</summary>
public sealed record Advisory : ShownRecord
{
    /// <summary>Stands for the id of an advisory that has none; reports do not list it.</summary>
    internal const string WithoutId = "an advisory without id";

    public required string Id { get; init; }

    /// <summary>The notice's type as the vendor spells it; empty when it has none.</summary>
    public string Classification { get; init; } = "";

    /// <summary>The notice's severity as the vendor spells it; empty when it has none.</summary>
    public string Severity { get; init; } = "";

    /// <summary><c>updated</c>, else <c>issued</c>, else build time (design §4); null when none is usable.</summary>
    public DateTimeOffset? Date { get; init; }

    public IReadOnlyList<string> CveIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public IReadOnlyList<string> BugzillaIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>What it brings takes effect with a reboot (zypper: Interactive "reboot").</summary>
    public bool RebootSuggested { get; init; }

    /// <summary>
    /// It changes the package manager itself, which must be restarted before anything else is installed (zypper:
    /// Interactive "restart").
    /// </summary>
    public bool RestartSuggested { get; init; }

    /// <summary>
    /// The vendor's word for its state: <c>stable</c>, <c>final</c>, <c>retracted</c>; empty when it says none.
    /// Readings heed it, so an inventory need not carry it.
    /// </summary>
    internal string Status { get; init; } = "";

    /// <summary>Of the advisory itself, which locks of zypper may name.</summary>
    internal string Version { get; init; } = "";

    /// <summary>
    /// Whether both are one advisory that was published twice. What is published under one id as a correction and as a
    /// security update is two: the tools count both.
    /// </summary>
    internal bool IsCopyOf(Advisory other) =>
        Id == other.Id && Id != WithoutId && Classification == other.Classification && Severity == other.Severity;
}
